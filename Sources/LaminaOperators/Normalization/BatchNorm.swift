import LaminaCore

/// Scales and shifts each channel by given, or its own, mean and variance.
///
///     y = scale · (x − mean) / √(variance + epsilon) + bias
///     running = given · momentum + own · (1 − momentum)      when training
///
/// When training, mean and variance are those of `x` over all axes but the channels'.
///
/// - Inputs: `x`, rank 1 or more, floating point; `scale`, `bias`, `mean`, `variance`, one number
///   for each channel, or one for each position of `x` but the batch where not spatial.
/// - Outputs: `y`, the type of `x`; when training the running mean and variance.
/// - Errors: ``ShapeError/axisLengthMismatch(axis:expected:found:)`` when parameters do not fit.
/// - Source: ONNX BatchNormalization (opset 15; opset 7 with `spatial`).
package struct BatchNorm: Operator {
  package static let name = "BatchNormalization"

  package var epsilon: Float
  package var momentum: Float
  package var isTraining: Bool
  /// The axis of the channels.
  package var axis: Int
  /// Whether all positions of a channel share their parameters.
  package var isSpatial: Bool

  package init(
    epsilon: Float = 1e-5,
    momentum: Float = 0.9,
    isTraining: Bool = false,
    axis: Int = 1,
    isSpatial: Bool = true
  ) {
    self.epsilon = epsilon
    self.momentum = momentum
    self.isTraining = isTraining
    self.axis = axis
    self.isSpatial = isSpatial
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    try x.requireArithmetic()
    let channels = try parameterCount(x.shape)
    for index in 1...4 where try inputs[index].shape.elementCount != channels {
      throw .axisLengthMismatch(
        axis: 0,
        expected: channels,
        found: try inputs[index].shape.elementCount ?? -1
      )
    }
    let y = x.result(x.shape)
    return isTraining ? [y, try inputs[3], try inputs[4]] : [y]
  }

  /// How many numbers each parameter has: a tensor of rank 1 has one channel.
  private func parameterCount(_ x: Shape) throws(ShapeError) -> Int {
    guard isSpatial else { return x.product(min(1, x.rank)..<x.rank) }
    return x.rank == 1 && axis == 1 ? 1 : x[try x.axis(axis)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let types = try outputTypes(for: inputs.types)
    let x = try inputs[0]
    let channels = try parameterCount(x.shape)
    let step =
      isSpatial && x.shape.rank > 1
      ? x.shape.product(try x.shape.axis(axis) + 1..<x.shape.rank) : 1
    let values = try x.wide()
    var (mean, variance) = (try inputs[3].wide(), try inputs[4].wide())
    var running: [Tensor] = []
    if isTraining {
      let own = moments(values, channels: channels, step: step)
      let kept = Double(momentum)
      running = [
        try Tensor(
          types[1].dtype,
          types[1].shape,
          narrowing: zip(mean, own.mean).map { $0 * kept + $1 * (1 - kept) }
        ),
        try Tensor(
          types[2].dtype,
          types[2].shape,
          narrowing: zip(variance, own.variance).map { $0 * kept + $1 * (1 - kept) }
        ),
      ]
      (mean, variance) = own
    }
    let scale = try inputs[1].wide().enumerated().map { channel, scale in
      scale / (variance[channel] + Double(epsilon)).squareRoot()
    }
    let bias = try inputs[2].wide()
    let y = values.indices.map { index in
      let channel = index / step % channels
      return scale[channel] * (values[index] - mean[channel]) + bias[channel]
    }
    return [try Tensor(types[0].dtype, x.shape, narrowing: y)] + running
  }

  private func moments(
    _ values: [Double],
    channels: Int,
    step: Int
  ) -> (mean: [Double], variance: [Double]) {
    let count = Double(values.count / max(channels, 1))
    var mean = [Double](repeating: 0, count: channels)
    for index in values.indices { mean[index / step % channels] += values[index] / count }
    var variance = [Double](repeating: 0, count: channels)
    for index in values.indices {
      let distance = values[index] - mean[index / step % channels]
      variance[index / step % channels] += distance * distance / count
    }
    return (mean, variance)
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(Array(outputs.prefix(1)), operationsPerElement: 2)
  }
}
