import LaminaCore

/// Replaces a box of a tensor.
///
///     y[start + i, …] = update[i, …]
///
/// A start that would let the box leave the tensor is moved inside.
///
/// - Inputs: `x`; `update`, of the same rank, nowhere longer; `starts`, whole numbers, one for
///   each axis.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/axisLengthMismatch(axis:expected:found:)`` when `update` is longer.
/// - Source: TFLite DYNAMIC_UPDATE_SLICE.
package struct DynamicUpdateSlice: MovementOperator {
  package static let name = "DynamicUpdateSlice"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, update, starts) = (try inputs[0], try inputs[1], try inputs[2])
    try update.require(x.dtype)
    try update.requireRank(x.shape.rank...x.shape.rank)
    try starts.requireInteger()
    guard starts.shape.elementCount == x.shape.rank else {
      throw .elementCountMismatch(from: starts.shape, to: [x.shape.rank])
    }
    for axis in 0..<x.shape.rank where update.shape[axis] > x.shape[axis] {
      throw .axisLengthMismatch(axis: axis, expected: x.shape[axis], found: update.shape[axis])
    }
    return [x.with(shape: x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let (x, update, starts) = (try inputs[0], try inputs[1], try inputs[2].ints())
    let tables = starts.enumerated().map { axis, start in
      let length = update.shape[axis]
      let first = min(max(start, 0), x.shape[axis] - length)
      return Array(first..<first + length)
    }
    return [try x.replacing(x.shape.positions(tables), with: update)]
  }
}
