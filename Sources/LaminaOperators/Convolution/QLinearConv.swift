import LaminaCore

/// Convolves codes, with scales and zero points given as inputs.
///
///     y = round(xScale · wScale / yScale · (Conv(x − xZero, w − wZero) + b)) + yZero
///
/// Rounded half to even and kept within the range of the output's type.
///
/// - Inputs: `x`, `xScale`, `xZero`, `w`, `wScale`, `wZero`, `yScale`, `yZero`, `b`; `wScale` and
///   `wZero` are one number or one for each output channel; `b`, int32 in units of
///   xScale · wScale, is optional.
/// - Outputs: `y`, the type of `yZero`.
/// - Errors: those of ``Conv``.
/// - Source: ONNX QLinearConv (opset 10).
package struct QLinearConv: Operator {
  package static let name = "QLinearConv"

  package var window: Window
  package var groups: Int
  package var layout: ChannelLayout

  package init(window: Window, groups: Int = 1, layout: ChannelLayout = .channelsFirst) {
    self.window = window
    self.groups = groups
    self.layout = layout
  }

  private var conv: Conv { Conv(window: window, groups: groups, layout: layout) }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, w) = (try inputs[0], try inputs[3])
    try x.requireInteger()
    try w.requireInteger()
    let bias = inputs.optional(8)?.shape
    let shape = try conv.outputShape(x.shape, w.shape, bias: bias)
    return [TensorType(inputs.optional(7)?.dtype ?? x.dtype, shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let x = try inputs[0].shifted(by: inputs.optional(2), axis: 1)
    let w = try inputs[3].shifted(by: inputs.optional(5), axis: 0)
    let sums = try conv.convolved(
      x,
      w,
      inputs.optional(8)?.cast(to: .float64),
      TensorType(.float64, y.shape),
      in: Double.self
    )
    let inputScale = try inputs[1].scalar()
    let scales = try inputs[4].doubles()
    guard scales.count == 1 || scales.count == w.shape[0], !scales.isEmpty else {
      throw ShapeError.axisLengthMismatch(axis: 0, expected: w.shape[0], found: scales.count)
    }
    let axis = layout.channelAxis(rank: y.shape.rank)
    let reals = try sums.scaled(
      by: Tensor([scales.count], scales.map { $0 * inputScale }),
      zeroPoint: nil,
      axis: axis
    )
    return [
      try reals.coded(
        scale: inputs[6].scalar(),
        zeroPoint: inputs.optional(7)?.scalar() ?? 0,
        as: y.dtype
      )
    ]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    guard let x = inputs.optional(0), let w = inputs.optional(3) else { return .none }
    return conv.cost(inputs: [x, w], outputs: outputs)
  }
}
