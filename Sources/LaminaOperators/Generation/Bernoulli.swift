import LaminaCore

/// Draws 0 or 1 at random, each 1 as likely as its probability.
///
///     y = uniform(0, 1) < x ? 1 : 0
///
/// - Inputs: `x`, probabilities from 0 to 1.
/// - Outputs: `y`, of type `dtype`, or of the type of `x`.
/// - Errors: ``ShapeError/wrongElementType(expected:found:)``.
/// - Source: ONNX Bernoulli.
package struct Bernoulli: NondeterministicOperator {
  package static let name = "Bernoulli"

  package var dtype: DataType?
  package var seed: Int?

  package init(dtype: DataType? = nil, seed: Int? = nil) {
    self.dtype = dtype
    self.seed = seed
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireFloatingPoint()
    return [x.with(dtype: dtype ?? x.dtype)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let type = try outputTypes(for: inputs.types)[0]
    var random = MersenneTwister(seed: seed)
    let values = try inputs.only().doubles().map { random.uniform() < $0 ? 1.0 : 0 }
    return [try Tensor(type.dtype, type.shape, rounding: values)]
  }
}
