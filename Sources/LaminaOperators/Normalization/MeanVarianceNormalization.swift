import LaminaCore

/// Shifts and scales to mean 0 and variance 1 over some axes.
///
///     y = (x − mean) / (√variance + epsilon)
///
/// The division is left out where only the mean is to become 0.
///
/// - Inputs: `x`, floating point.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/axisOutOfRange(_:rank:)``.
/// - Source: ONNX MeanVarianceNormalization (opset 13), with an epsilon of 1e-9; Caffe MVN.
package struct MeanVarianceNormalization: Operator {
  package static let name = "MeanVarianceNormalization"

  package var axes: [Int]
  package var epsilon: Float
  package var normalizesVariance: Bool

  package init(
    axes: [Int] = [0, 2, 3],
    epsilon: Float = 1e-9,
    normalizesVariance: Bool = true
  ) {
    self.axes = axes
    self.epsilon = epsilon
    self.normalizesVariance = normalizesVariance
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireArithmetic()
    for axis in axes { _ = try x.shape.axis(axis) }
    return [x.result(x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let x = try inputs.only()
    var kept = x.shape
    for axis in axes { kept[try x.shape.axis(axis)] = 1 }
    let strides = kept.strides(broadcastTo: x.shape)
    let values = try x.wide()
    let groups = try kept.count()
    let count = Double(values.count / max(groups, 1))
    var mean = [Double](repeating: 0, count: groups)
    x.shape.forEachOffset([strides]) { position, offsets in
      mean[offsets[0]] += values[position] / count
    }
    var variance = [Double](repeating: 0, count: groups)
    x.shape.forEachOffset([strides]) { position, offsets in
      let distance = values[position] - mean[offsets[0]]
      variance[offsets[0]] += distance * distance / count
    }
    var y = values
    x.shape.forEachOffset([strides]) { position, offsets in
      let group = offsets[0]
      let divisor = normalizesVariance ? variance[group].squareRoot() + Double(epsilon) : 1
      y[position] = (values[position] - mean[group]) / divisor
    }
    return [try Tensor(x.dtype, x.shape, narrowing: y)]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: 6)
  }
}
