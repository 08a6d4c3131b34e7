import LaminaCore

/// Scales and shifts groups of channels of each image by their own mean and variance.
///
///     y = scale · (x − mean[n, g]) / √(variance[n, g] + epsilon) + bias
///
/// - Inputs: `x`, N×C×…, floating point; `scale`, `bias`, one number for each channel, or for each
///   group.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)`` when groups do not divide the
///   channels, ``ShapeError/axisLengthMismatch(axis:expected:found:)``.
/// - Source: ONNX GroupNormalization (opset 21; opset 18 with parameters for each group).
package struct GroupNorm: Operator {
  package static let name = "GroupNormalization"

  package var groups: Int
  package var epsilon: Float

  package init(groups: Int, epsilon: Float = 1e-5) {
    self.groups = groups
    self.epsilon = epsilon
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    try x.requireArithmetic()
    guard x.shape.rank >= 2 else { throw .wrongRank(expected: "rank 2 or more", found: x.shape) }
    guard groups > 0, x.shape[1] % groups == 0 else {
      throw .invalidAttribute(
        "groups",
        found: "\(groups)",
        expected: "a divisor of \(x.shape[1]) channels"
      )
    }
    for index in 1...2 where try inputs[index].shape != [groups] {
      try inputs[index].requireVector(x.shape[1])
    }
    return [x.result(x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let x = try inputs[0]
    let channels = x.shape[1]
    let (scale, bias) = (try inputs[1].wide(), try inputs[2].wide())
    let plane = x.shape.product(2..<x.shape.rank)
    let grouped = try x.reshaped(to: [x.shape[0], groups, channels / groups * plane])
    let y = try grouped.mapLines(over: 2..<3) { number, line in
      let mean = line.mean
      let inverse = 1 / (line.variance(around: mean) + Double(epsilon)).squareRoot()
      let first = number % groups * (channels / groups)
      for index in line.indices {
        let channel = first + index / plane
        let a = scale[scale.count == channels ? channel : number % groups]
        let b = bias[bias.count == channels ? channel : number % groups]
        line[index] = (line[index] - mean) * inverse * a + b
      }
    }
    return [try y.reshaped(to: x.shape)]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: 6)
  }
}
