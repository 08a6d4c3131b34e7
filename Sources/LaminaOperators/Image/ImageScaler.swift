import LaminaCore

/// Scales images and adds a number to each channel.
///
///     y[n, c, …] = scale · x[n, c, …] + bias[c]
///
/// - Inputs: `x`, N×C×H×W, floating point.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/axisLengthMismatch(axis:expected:found:)`` when there is not one bias for
///   each channel.
/// - Source: ONNX ImageScaler (experimental, opset 1).
package struct ImageScaler: Operator {
  package static let name = "ImageScaler"

  package var scale: Float
  package var bias: [Float]

  package init(scale: Float = 1, bias: [Float]) {
    self.scale = scale
    self.bias = bias
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireArithmetic()
    try x.requireRank(4...4)
    guard x.shape[1] == bias.count else {
      throw .axisLengthMismatch(axis: 1, expected: bias.count, found: x.shape[1])
    }
    return [x.result(x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let x = try inputs.only()
    let plane = x.shape[2] * x.shape[3]
    let values = try x.wide()
    let y = values.indices.map { index in
      Double(scale) * values[index] + Double(bias[index / plane % bias.count])
    }
    return [try Tensor(x.dtype, x.shape, narrowing: y)]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: 2)
  }
}
