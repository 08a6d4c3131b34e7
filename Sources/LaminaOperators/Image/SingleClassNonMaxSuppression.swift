import Glibc
import LaminaCore

/// Picks the best boxes of one class, and says how many in outputs of fixed length.
///
///     hard   a box is left out when its overlap with a picked one ≥ overlap threshold
///     soft   as well, score · exp(−overlap² / (2 · sigma)) for every picked box
///
/// - Inputs: `boxes`, B×4: two corners y, x, y, x; `scores`, B; the most boxes, the overlap
///   threshold, the score threshold, and sigma where soft; each one number.
/// - Outputs: `picked`, int32, as long as the most boxes, filled with zeros; where soft the
///   `scores`, float32, alike; `count`, int32, of rank 0.
/// - Errors: ``ShapeError/axisLengthMismatch(axis:expected:found:)``.
/// - Source: TFLite NON_MAX_SUPPRESSION_V4, NON_MAX_SUPPRESSION_V5 (soft).
package struct SingleClassNonMaxSuppression: Operator {
  package static let name = "SingleClassNonMaxSuppression"

  package var isSoft: Bool

  package init(isSoft: Bool = false) { self.isSoft = isSoft }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (boxes, scores) = (try inputs[0], try inputs[1])
    try boxes.requireArithmetic()
    try boxes.requireRank(2...2)
    try boxes.requireShape([boxes.shape[0], 4])
    try scores.requireVector(boxes.shape[0])
    var length = Shape.unknown
    if try inputs[2].contents != nil { length = max(try inputs.ints(2).first ?? 0, 0) }
    let picked = TensorType(.int32, [length])
    let count = TensorType(.int32, [])
    return isSoft ? [picked, TensorType(.float32, [length]), count] : [picked, count]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let types = try outputTypes(for: inputs.types)
    let limit = try types[0].shape.checkedCount()
    let (overlap, lowest) = (try inputs[3].scalar(), try inputs[4].scalar())
    let sigma = isSoft ? try inputs[5].scalar() : 0
    let (corners, scores) = (try inputs[0].wide(), try inputs[1].wide())
    let boxes = scores.indices.map { Box(corners: corners[$0 * 4..<$0 * 4 + 4]) }
    let picked = pick(boxes, scores, limit: limit, overlap, lowest, sigma)
    let missing = [Double](repeating: 0, count: limit - picked.count)
    let numbers = try Tensor(.int32, [limit], rounding: picked.map { Double($0.box) } + missing)
    let count = Tensor(scalar: Int32(clamping: picked.count))
    guard isSoft else { return [numbers, count] }
    return [numbers, try Tensor(.float32, [limit], rounding: picked.map(\.score) + missing), count]
  }

  private func pick(
    _ boxes: [Box],
    _ scores: [Double],
    limit: Int,
    _ overlap: Double,
    _ lowest: Double,
    _ sigma: Double
  ) -> [(box: Int, score: Double)] {
    var waiting = boxes.indices.filter { scores[$0] > lowest }
      .map { (box: $0, score: scores[$0], seen: 0) }
    waiting.sort { ($0.score, $1.box) < ($1.score, $0.box) }
    var picked: [(box: Int, score: Double)] = []
    while picked.count < limit, var next = waiting.popLast() {
      let before = next.score
      var isSuppressed = false
      for other in picked[next.seen...].reversed() {
        let common = boxes[next.box].overlap(with: boxes[other.box])
        isSuppressed = common >= overlap
        if isSuppressed { break }
        if sigma > 0 { next.score *= exp(-0.5 / sigma * common * common) }
        if next.score <= lowest { break }
      }
      next.seen = picked.count
      if isSuppressed { continue }
      if next.score == before {
        picked.append((next.box, next.score))
      } else if next.score > lowest {
        let place = waiting.firstIndex { ($0.score, next.box) > (next.score, $0.box) }
        waiting.insert(next, at: place ?? waiting.count)
      }
    }
    return picked
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    Cost(operations: inputs.optional(1)?.shape.elementCount ?? 0)
  }
}
