import LaminaCore

/// Scales and shifts each channel of each image by its own mean and variance.
///
///     y = scale[c] · (x − mean[n, c]) / √(variance[n, c] + epsilon) + bias[c]
///
/// - Inputs: `x`, an image tensor in `layout`, floating point; `scale`, `bias`, one number for each channel.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``,
///   ``ShapeError/axisLengthMismatch(axis:expected:found:)``.
/// - Source: ONNX InstanceNormalization (opset 22).
package struct InstanceNorm: Operator {
  package static let name = "InstanceNormalization"

  package var epsilon: Float
  package var layout: ChannelLayout

  package init(epsilon: Float = 1e-5, layout: ChannelLayout = .channelsFirst) {
    self.epsilon = epsilon
    self.layout = layout
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    try x.requireArithmetic()
    let image = try ImageShape(x.shape, layout)
    for index in 1...2 { try inputs[index].requireVector(image.channels) }
    return [x.result(x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    if layout == .channelsLast { return try evaluateChannelsLast(inputs) }
    let x = try inputs[0]
    let (scale, bias) = (try inputs[1].wide(), try inputs[2].wide())
    let y = try x.mapLines(over: 2..<x.shape.rank) { number, line in
      let mean = line.mean
      let channel = number % x.shape[1]
      let factor = scale[channel] / (line.variance(around: mean) + Double(epsilon)).squareRoot()
      for index in line.indices { line[index] = (line[index] - mean) * factor + bias[channel] }
    }
    return [y]
  }

  private func evaluateChannelsLast(_ inputs: TensorInputs) throws -> [Tensor] {
    let rank = try inputs[0].shape.rank
    let toFirst = Transpose(permutation: [0, rank - 1] + Array(1..<rank - 1))
    let toLast = Transpose(permutation: [0] + Array(2..<rank) + [1])
    let x = try toFirst.evaluate([inputs[0]])
    let y = try InstanceNorm(epsilon: epsilon).evaluate([x[0], inputs[1], inputs[2]])
    return try toLast.evaluate([y[0]])
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: 6)
  }
}
