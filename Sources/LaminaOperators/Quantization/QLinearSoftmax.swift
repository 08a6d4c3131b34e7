import LaminaCore

/// Computes the softmax of codes, with scales and zero points given as inputs.
///
///     y = round(softmax(xScale · (x − xZero)) / yScale) + yZero
///
/// - Inputs: `x`, `xScale`, `xZero`, `yScale`, `yZero`; zero points are optional.
/// - Outputs: `y`, the type of `x`.
/// - Errors: those of ``Softmax``.
/// - Source: com.microsoft QLinearSoftmax.
package struct QLinearSoftmax: Operator {
  package static let name = "QLinearSoftmax"

  package var axis: Int
  /// Whether a line runs over all axes from `axis` on.
  package var flattens: Bool

  package init(axis: Int, flattens: Bool) {
    self.axis = axis
    self.flattens = flattens
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    try x.requireInteger()
    _ = try x.shape.lines(from: axis, flattens: flattens)
    return [TensorType(x.dtype, x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let softmax = Softmax(axis: axis, flattens: flattens)
    return [try QLinearCodes(inputs).evaluate { try softmax.evaluate([$0])[0] }]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: 9)
  }
}
