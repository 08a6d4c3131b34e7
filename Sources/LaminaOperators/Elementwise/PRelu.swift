import LaminaCore

/// Scales negative elements by a slope that is data.
///
///     y = x < 0 ? slope · x : x
///
/// - Inputs: `x`, real; `slope`, of the same element type, repeated to the shape of `x`.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/notBroadcastable(_:_:)`` when `slope` is larger than `x`.
/// - Source: ONNX PRelu; TFLite PRELU.
package struct PRelu: Operator {
  package static let name = "PRelu"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let both = try inputs.all(2...2)
    try both[0].requireReal()
    try both[1].require(both[0].dtype)
    let shape = try both[0].shape.broadcast(with: both[1].shape)
    guard shape == both[0].shape else { throw .notBroadcastable(both[1].shape, both[0].shape) }
    return [both[0].with(shape: shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let (x, slope) = (try inputs[0], try inputs[1])
    if x.dtype == .float32 {
      return [try .combining(x, slope) { (x: Float, slope: Float) in x < 0 ? slope * x : x }]
    }
    let zero = try Tensor(zeros: x.dtype, [])
    let scaled = try BinaryElementwise(.mul).evaluate([x, slope])[0]
    let isNegative = try BinaryElementwise(.less).evaluate([x, zero])[0]
    return try Where().evaluate([isNegative, scaled, x])
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: 2)
  }
}
