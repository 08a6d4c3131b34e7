import LaminaCore

/// Divides elements by the root of the sum of squares over some axes.
///
///     y = x / √(Σx² + epsilon)
///
/// - Inputs: `x`, floating point.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/axisOutOfRange(_:rank:)``.
/// - Source: Caffe (SSD branch) Normalize; MXNet L2Normalization.
package struct L2Normalization: Operator {
  package static let name = "L2Normalization"

  /// The axes whose elements share a divisor.
  package var axes: [Int]
  package var epsilon: Float

  package init(axes: [Int], epsilon: Float) {
    self.axes = axes
    self.epsilon = epsilon
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
    var values = try x.wide()
    var sums = [Double](repeating: Double(epsilon), count: try kept.count())
    x.shape.forEachOffset([strides]) { position, offsets in
      sums[offsets[0]] += values[position] * values[position]
    }
    x.shape.forEachOffset([strides]) { position, offsets in
      let sum = sums[offsets[0]]
      values[position] = sum == 0 ? 0 : values[position] / sum.squareRoot()
    }
    return [try Tensor(x.dtype, x.shape, narrowing: values)]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: 3)
  }
}
