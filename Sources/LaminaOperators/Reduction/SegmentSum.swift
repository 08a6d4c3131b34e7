import LaminaCore

/// Adds up the parts along the first axis that belong to the same segment.
///
///     y[s, …] = Σ x[i, …]      over all i with ids[i] = s
///
/// - Inputs: `x`, numbers; `ids`, ascending whole numbers from 0, one for each part.
/// - Outputs: `y`, one part for each number up to the last id.
/// - Errors: ``ShapeError/indexOutOfRange(_:length:)`` for a negative or descending id.
/// - Source: TFLite SEGMENT_SUM.
package struct SegmentSum: Operator {
  package static let name = "SegmentSum"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, ids) = (try inputs[0], try inputs[1])
    try ids.requireInteger()
    try x.requireRank(1...Int.max)
    guard ids.shape == [x.shape[0]] else {
      throw .elementCountMismatch(from: ids.shape, to: [x.shape[0]])
    }
    var shape = x.shape
    shape[0] = Shape.unknown
    if ids.contents != nil { shape[0] = try segmentCount(inputs.ints(1)) }
    return [x.with(shape: shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let type = try outputTypes(for: inputs.types)[0]
    let (x, ids) = (try inputs[0], try inputs[1].ints())
    let zeros = try Tensor(zeros: x.dtype, type.shape)
    let width = x.shape.product(1..<x.shape.rank)
    let positions = ids.flatMap { $0 * width..<($0 + 1) * width }
    return [try ScatterReduction.add.apply(x, to: zeros, at: positions)]
  }

  private func segmentCount(_ ids: [Int]) throws(ShapeError) -> Int {
    var last = 0
    for id in ids {
      guard id >= last, id < .max else { throw .indexOutOfRange(id, length: last) }
      last = id
    }
    return ids.isEmpty ? 0 : last + 1
  }
}
