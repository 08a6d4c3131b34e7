import LaminaCore

/// Takes positions along the last axis.
///
///     y[…, j] = x[…, indices[j]]
///
/// - Inputs: `x`; `indices`, whole numbers.
/// - Outputs: `y`, the element type of `x`; a tensor of rank 1 gives 1×N.
/// - Errors: ``ShapeError/indexOutOfRange(_:length:)``.
/// - Source: ONNX-ML ArrayFeatureExtractor.
package struct ArrayFeatureExtractor: MovementOperator {
  package static let name = "ArrayFeatureExtractor"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, indices) = (try inputs[0], try inputs[1])
    try indices.requireInteger()
    try x.requireRank(1...Int.max)
    let count = try indices.shape.count()
    let dims = x.shape.rank == 1 ? [1] : Array(x.shape.dims.dropLast())
    return [x.with(shape: Shape(dims + [count]))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let shape = try outputTypes(for: inputs.types)[0].shape
    let flat = try inputs[1].reshaped(to: [inputs[1].count])
    return [try Gather(axis: -1).evaluate([inputs[0], flat])[0].reshaped(to: shape)]
  }
}
