import LaminaCore

/// Takes means of codes under a window, with scales and zero points given as inputs.
///
///     y = round(AveragePool(xScale · (x − xZero)) / yScale) + yZero
///
/// - Inputs: `x`, `xScale`, `xZero`, `yScale`, `yZero`; zero points are optional.
/// - Outputs: `y`, the type of `x`.
/// - Errors: those of ``AveragePool``.
/// - Source: com.microsoft QLinearAveragePool.
package struct QLinearAveragePool: Operator {
  package static let name = "QLinearAveragePool"

  package var window: Window
  package var layout: ChannelLayout
  package var countsPadding: Bool

  package init(
    window: Window,
    layout: ChannelLayout = .channelsFirst,
    countsPadding: Bool = false
  ) {
    self.window = window
    self.layout = layout
    self.countsPadding = countsPadding
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    try x.requireInteger()
    return [TensorType(x.dtype, try window.pooledShape(x.shape, layout))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let pool = AveragePool(window: window, layout: layout, countsPadding: countsPadding)
    return [try QLinearCodes(inputs).evaluate { try pool.evaluate([$0])[0] }]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    window.poolingCost(outputs)
  }
}
