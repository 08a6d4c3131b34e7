import LaminaCore

/// Writes single elements at positions along an axis.
///
///     y[i, indices[i, j, k], k] = updates[i, j, k]      for axis 1; or combined with what is there
///
/// - Inputs: `x`; `indices`, whole numbers of the same rank; `updates`, of the shape of `indices`.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/indexOutOfRange(_:length:)``, or shapes that do not fit.
/// - Source: ONNX ScatterElements, Scatter.
package struct ScatterElements: Operator {
  package static let name = "ScatterElements"

  package var axis: Int
  package var reduction: ScatterReduction

  package init(axis: Int = 0, reduction: ScatterReduction = .none) {
    self.axis = axis
    self.reduction = reduction
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, indices, updates) = (try inputs[0], try inputs[1], try inputs[2])
    try checkElementIndices(indices, into: x.shape, axis: axis)
    try updates.require(x.dtype)
    guard updates.shape == indices.shape else {
      throw .elementCountMismatch(from: updates.shape, to: indices.shape)
    }
    return [x.with(shape: x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let x = try inputs[0]
    let positions = try elementPositions(inputs[1], into: x.shape, axis: axis)
    return [try reduction.apply(inputs[2], to: x, at: positions)]
  }
}
