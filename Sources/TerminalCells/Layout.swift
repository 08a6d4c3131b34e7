/// How long one column or row of a layout is.
package enum Track: Hashable, Sendable {
  /// Exactly this many cells, as far as there is room.
  case fixed(Int)
  /// An equal part of what the fixed tracks leave.
  case fill
  /// A part of what the fixed tracks leave, in proportion to its weight.
  case weight(Int)

  fileprivate var fixedLength: Int {
    if case .fixed(let length) = self { max(0, length) } else { 0 }
  }

  fileprivate var weight: Int {
    switch self {
    case .fixed: 0
    case .fill: 1
    case .weight(let weight): max(0, weight)
    }
  }
}

extension Rect {
  /// Divides the area from left to right; there are as many areas as tracks, some maybe empty.
  package func columns(_ tracks: Track..., gap: Int = 0) -> [Rect] {
    columns(tracks, gap: gap)
  }

  /// Divides the area from left to right; there are as many areas as tracks, some maybe empty.
  package func columns(_ tracks: [Track], gap: Int = 0) -> [Rect] {
    spans(tracks, of: width, gap: gap).map { start, length in
      Rect(x: x + start, y: y, width: length, height: height)
    }
  }

  /// Divides the area from top to bottom; there are as many areas as tracks, some maybe empty.
  package func rows(_ tracks: Track..., gap: Int = 0) -> [Rect] {
    rows(tracks, gap: gap)
  }

  /// Divides the area from top to bottom; there are as many areas as tracks, some maybe empty.
  package func rows(_ tracks: [Track], gap: Int = 0) -> [Rect] {
    spans(tracks, of: height, gap: gap).map { start, length in
      Rect(x: x, y: y + start, width: width, height: length)
    }
  }
}

/// Returns where each track starts and how long it is.
///
/// Fixed tracks are served first, in order; the others share the rest by weight, and what the
/// division leaves over goes to the first of them.
private func spans(_ tracks: [Track], of total: Int, gap: Int) -> [(start: Int, length: Int)] {
  let gaps = gap * max(0, tracks.count - 1)
  var free = max(0, total - gaps)
  var lengths = tracks.map { track in
    let length = min(track.fixedLength, free)
    free -= length
    return length
  }
  let weights = tracks.reduce(0) { $0 + $1.weight }
  if weights > 0 {
    var remainder = free
    for index in tracks.indices {
      let part = free * tracks[index].weight / weights
      lengths[index] += part
      remainder -= part
    }
    if let first = tracks.firstIndex(where: { $0.weight > 0 }) { lengths[first] += remainder }
  }
  var start = 0
  return lengths.map { length in
    let origin = min(start, total)
    start += length + gap
    return (origin, min(length, total - origin))
  }
}
