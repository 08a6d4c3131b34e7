import LaminaCore

/// Picks the best boxes of each class that do not overlap a better one.
///
///     picked by falling score, when overlap with every picked box ≤ overlap threshold
///
/// - Inputs: `boxes`, N×B×4: two opposite corners y, x, y, x, or middle and lengths x, y, width,
///   height; `scores`, N×classes×B; the most boxes of a class, the overlap threshold and the score
///   threshold, each one number and optional; without the first nothing is picked.
/// - Outputs: `picked`, int64, M×3: batch, class, box.
/// - Errors: ``ShapeError/axisLengthMismatch(axis:expected:found:)``.
/// - Source: ONNX NonMaxSuppression (opset 11).
package struct NonMaxSuppression: Operator {
  package static let name = "NonMaxSuppression"

  /// Whether boxes are given by middle and lengths.
  package var isCenterPointBox: Bool

  package init(isCenterPointBox: Bool = false) { self.isCenterPointBox = isCenterPointBox }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (boxes, scores) = (try inputs[0], try inputs[1])
    try boxes.requireArithmetic()
    try boxes.requireRank(3...3)
    try scores.requireRank(3...3)
    try boxes.requireShape([boxes.shape[0], boxes.shape[1], 4])
    try scores.requireShape([boxes.shape[0], scores.shape[1], boxes.shape[1]])
    return [TensorType(.int64, [Shape.unknown, 3])]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let limit = Int(
      Int64(clamping: try inputs.optional(2)?.doubles().first ?? 0)
    )
    let overlap = try inputs.optional(3)?.doubles().first ?? 0
    let lowest = try inputs.optional(4)?.doubles().first
    let (boxes, scores) = (try inputs[0].wide(), try inputs[1].wide())
    let (batches, classes, count) = (
      try inputs[1].shape[0], try inputs[1].shape[1], try inputs[1].shape[2]
    )
    var picked: [Int64] = []
    for batch in 0..<batches {
      for kind in 0..<classes {
        let first = (batch * classes + kind) * count
        let candidates = (0..<count).filter { box in lowest.map { scores[first + box] > $0 } ?? true
        }
        let numbers = pickedBoxes(
          candidates,
          scores: { scores[first + $0] },
          limit: limit,
          isSuppressed: { $0 > overlap },
          boxes: { box(boxes, (batch * count + $0) * 4) }
        )
        picked += numbers.flatMap { [Int64(batch), Int64(kind), Int64($0)] }
      }
    }
    return [Tensor([picked.count / 3, 3], picked)]
  }

  private func box(_ values: [Double], _ start: Int) -> Box {
    guard isCenterPointBox else { return Box(corners: values[start..<start + 4]) }
    return Box(
      y: values[start + 1],
      x: values[start],
      height: values[start + 3],
      width: values[start + 2]
    )
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    Cost(operations: inputs.optional(1)?.shape.elementCount ?? 0)
  }
}
