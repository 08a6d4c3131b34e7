/// A rectangle by two corners.
struct Box {
  var (top, left, bottom, right) = (0.0, 0.0, 0.0, 0.0)

  var area: Double { max(bottom - top, 0) * max(right - left, 0) }

  /// The common area divided by the covered area; zero when a box is empty.
  func overlap(with other: Box) -> Double {
    let height = min(bottom, other.bottom) - max(top, other.top)
    let width = min(right, other.right) - max(left, other.left)
    guard area > 0, other.area > 0, height > 0, width > 0 else { return 0 }
    let common = height * width
    return common / (area + other.area - common)
  }

  /// From any two opposite corners: y, x, y, x.
  init(corners: ArraySlice<Double>) {
    let c = Array(corners)
    (top, bottom) = (min(c[0], c[2]), max(c[0], c[2]))
    (left, right) = (min(c[1], c[3]), max(c[1], c[3]))
  }

  /// From the places of its sides.
  init(left: Double, top: Double, right: Double, bottom: Double) {
    (self.top, self.left, self.bottom, self.right) = (top, left, bottom, right)
  }

  /// From a middle and lengths.
  init(y: Double, x: Double, height: Double, width: Double) {
    (top, bottom) = (y - height / 2, y + height / 2)
    (left, right) = (x - width / 2, x + width / 2)
  }
}

/// Picks boxes by falling score, leaving out those that overlap a picked one too much.
///
/// - Parameters:
///   - candidates: numbers of boxes.
///   - scores: the score of each box; of equal ones the lower number goes first.
///   - limit: how many to pick at most.
///   - isSuppressed: whether an overlap is too much.
///   - boxes: all boxes.
/// - Returns: the numbers picked, best first.
func pickedBoxes(
  _ candidates: [Int],
  scores: (Int) -> Double,
  limit: Int,
  isSuppressed: (Double) -> Bool,
  boxes: (Int) -> Box
) -> [Int] {
  let order = candidates.sorted { (scores($0), $1) > (scores($1), $0) }
  var picked: [(number: Int, box: Box)] = []
  for number in order {
    if picked.count >= limit { break }
    let box = boxes(number)
    if !picked.contains(where: { isSuppressed(box.overlap(with: $0.box)) }) {
      picked.append((number, box))
    }
  }
  return picked.map(\.number)
}
