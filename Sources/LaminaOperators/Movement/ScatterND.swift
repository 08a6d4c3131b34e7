import LaminaCore

/// Writes parts of a tensor at tuples of positions.
///
///     y[indices[i…, 0], indices[i…, 1], …, :] = updates[i…, :]      or combined with what is there
///
/// - Inputs: `x`; `indices`, whole numbers whose last axis holds the tuples; `updates`.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/indexOutOfRange(_:length:)``, or shapes that do not fit.
/// - Source: ONNX ScatterND.
package struct ScatterND: Operator {
  package static let name = "ScatterND"

  package var reduction: ScatterReduction

  package init(reduction: ScatterReduction = .none) { self.reduction = reduction }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, indices, updates) = (try inputs[0], try inputs[1], try inputs[2])
    try indices.requireInteger()
    try updates.require(x.dtype)
    let width = try tupleWidth(indices.shape, into: x.shape)
    let expected = Shape(Array(indices.shape.dims.dropLast() + x.shape.dims[width...]))
    guard updates.shape == expected else {
      throw .elementCountMismatch(from: updates.shape, to: expected)
    }
    return [x.with(shape: x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let x = try inputs[0]
    let positions = try tuplePositions(inputs[1], into: x.shape)
    return [try reduction.apply(inputs[2], to: x, at: positions)]
  }
}
