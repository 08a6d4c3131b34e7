import LaminaCore

/// Takes the mean of the codes of each channel, with scales and zero points given as inputs.
///
///     y = round(mean(xScale · (x − xZero)) / yScale) + yZero
///
/// - Inputs: `x`, `xScale`, `xZero`, `yScale`, `yZero`; zero points are optional.
/// - Outputs: `y`, the type of `x` with every spatial axis of length 1.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``.
/// - Source: com.microsoft QLinearGlobalAveragePool.
package struct QLinearGlobalAveragePool: Operator {
  package static let name = "QLinearGlobalAveragePool"

  package var layout: ChannelLayout

  package init(layout: ChannelLayout = .channelsFirst) { self.layout = layout }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    try x.requireInteger()
    let image = try ImageShape(x.shape, layout)
    let shape = layout.shape(
      batch: image.batch,
      channels: image.channels,
      spatial: image.spatial.map { _ in 1 }
    )
    return [TensorType(x.dtype, shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let pool = GlobalPool(.average, layout: layout)
    return [try QLinearCodes(inputs).evaluate { try pool.evaluate([$0])[0] }]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    Cost(operations: inputs.optional(0)?.shape.elementCount ?? 0)
  }
}
