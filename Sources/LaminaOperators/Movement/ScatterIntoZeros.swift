import LaminaCore

/// Adds parts at tuples of positions into a tensor of zeros.
///
///     y[indices[i…, 0], indices[i…, 1], …, :] += updates[i…, :]
///
/// - Inputs: `indices`, whole numbers whose last axis holds the tuples; `updates`; `shape` of the
///   result.
/// - Outputs: `y`, the element type of `updates`.
/// - Errors: ``ShapeError/indexOutOfRange(_:length:)``, or shapes that do not fit.
/// - Source: TFLite SCATTER_ND.
package struct ScatterIntoZeros: Operator {
  package static let name = "ScatterIntoZeros"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (indices, updates) = (try inputs[0], try inputs[1])
    guard try inputs[2].contents != nil else {
      return [updates.with(shape: .unknown(rank: try inputs[2].shape.count()))]
    }
    let x = updates.with(shape: Shape(try inputs.ints(2)))
    _ = try x.shape.count()
    return try ScatterND(reduction: .add).outputTypes(for: [x, indices, updates])
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let type = try outputTypes(for: inputs.types)[0]
    let zeros = try Tensor(zeros: type.dtype, type.shape)
    return try ScatterND(reduction: .add).evaluate([zeros, inputs[0], inputs[1]])
  }
}
