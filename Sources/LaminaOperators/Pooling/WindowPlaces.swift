import LaminaCore

/// For each position of a window, which positions of the image lie under it.
struct WindowPlaces {
  /// Along one axis at one position.
  struct Span {
    /// Positions of the image, and the taps that lie over them.
    var places: [Int] = []
    var taps: [Int] = []
    /// Taps over the image or its explicit padding.
    var paddedCount = 0
  }

  /// For each axis, for each position of the window.
  let spans: [[Span]]
  let positions: [Int]
  /// Positions of the image for one step along each axis.
  let strides: [Int]

  init(_ window: Window, over spatial: [Int]) throws(ShapeError) {
    positions = try window.positions(over: spatial)
    strides = Shape(spatial).strides
    try MemoryLimit.check(positions.reduce(0) { $0 &+ min($1, 1 << 40) &* 1024 })
    var spans: [[Span]] = []
    for axis in spatial.indices {
      var line: [Span] = []
      for position in 0..<positions[axis] {
        line.append(Self.span(window, axis, length: spatial[axis], position))
      }
      spans.append(line)
    }
    self.spans = spans
  }

  private static func span(_ window: Window, _ axis: Int, length: Int, _ position: Int) -> Span {
    let (before, after) = window.resolvedPadding(axis, length: length)
    let (start, step) = (position * window.strides[axis] - before, window.dilations[axis])
    var span = Span()
    span.paddedCount = min(
      window.size[axis],
      max((length + after - start + step - 1) / step, 0)
    )
    let first = start >= 0 ? 0 : (-start + step - 1) / step
    let end = min(window.size[axis], max((length - start + step - 1) / step, 0))
    for tap in first..<max(end, first) {
      span.places.append(start + tap * step)
      span.taps.append(tap)
    }
    return span
  }

  /// Calls `body` for each position of the window, in row-major order.
  ///
  /// - Parameters:
  ///   - size: the taps along each axis.
  ///   - body: is given the flat position, for each covered place its flat position in the image
  ///     and its flat tap, and the number of taps over image and padding.
  func forEachPosition(
    size: [Int],
    _ body: (_ position: Int, _ covered: [(place: Int, tap: Int)], _ padded: Int) -> Void
  ) {
    var covered: [(place: Int, tap: Int)] = []
    for (flat, position) in MixedRadix(positions).enumerated() {
      let line = position.indices.map { spans[$0][position[$0]] }
      covered.removeAll(keepingCapacity: true)
      covered.append((0, 0))
      for (axis, span) in line.enumerated() {
        var next: [(place: Int, tap: Int)] = []
        next.reserveCapacity(covered.count * span.places.count)
        for base in covered {
          for (place, tap) in zip(span.places, span.taps) {
            next.append((base.place + place * strides[axis], base.tap &* size[axis] &+ tap))
          }
        }
        covered = next
      }
      body(flat, covered, line.reduce(1) { $0 &* $1.paddedCount })
    }
  }
}

/// Pools an image tensor: writes the result of each window for all channels at once.
///
/// - Parameters:
///   - x: the image tensor.
///   - window: what slides over it.
///   - layout: where its channels are.
///   - type: the type to compute in.
///   - reduce: is given the channels of all covered places in order, as offsets from the first
///     pointer, and writes as many results as there are channels.
/// - Returns: a tensor of the type and layout of `x`.
/// - Throws: ``ShapeError`` when the window does not fit.
func pooled<Element: FloatElement>(
  _ x: Tensor,
  _ window: Window,
  _ layout: ChannelLayout,
  in type: Element.Type,
  reduce: (
    _ image: UnsafePointer<Element>, _ covered: [(place: Int, tap: Int)], _ padded: Int,
    _ channels: Int, _ result: UnsafeMutablePointer<Element>
  ) -> Void
) throws -> Tensor {
  let image = try ImageShape(x.shape, layout)
  let places = try WindowPlaces(window, over: image.spatial)
  let none = [Int](repeating: 0, count: image.spatial.count)
  let source = try x.channelsLast(from: layout, before: none, after: none, fill: Element(0))
  let target = ChannelLayout.channelsLast.shape(
    batch: image.batch,
    channels: image.channels,
    spatial: places.positions
  )
  let plane = Shape(image.spatial).product(0..<image.spatial.count) * image.channels
  let outputPlane = Shape(places.positions).product(0..<image.spatial.count) * image.channels
  let result = try source.withElements(of: type) { from in
    try Tensor.build(target, of: type) { to in
      guard let input = from.baseAddress, let output = to.baseAddress, !to.isEmpty else { return }
      places.forEachPosition(size: window.size) { position, covered, padded in
        for batch in 0..<image.batch {
          reduce(
            input + batch * plane,
            covered,
            padded,
            image.channels,
            output + batch * outputPlane + position * image.channels
          )
        }
      }
    }
  }
  return try result.arranged(in: layout, of: type, as: x.dtype)
}
