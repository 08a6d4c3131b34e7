import LaminaCore

/// Convolves whole numbers without scales.
///
///     y = Conv(x − xZero, w − wZero)
///
/// - Inputs: `x`, N×C×spatial, int8 or uint8; `w`, O×I/g×spatial, int8 or uint8; `xZero`, one
///   number, optional; `wZero`, one number or one for each output channel, optional.
/// - Outputs: `y`, int32.
/// - Errors: those of ``Conv``.
/// - Source: ONNX ConvInteger (opset 10).
package struct ConvInteger: Operator {
  package static let name = "ConvInteger"

  package var window: Window
  package var groups: Int

  package init(window: Window, groups: Int = 1) {
    self.window = window
    self.groups = groups
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, w) = (try inputs[0], try inputs[1])
    try x.requireInteger()
    try w.requireInteger()
    let shape = try Conv(window: window, groups: groups).outputShape(x.shape, w.shape, bias: nil)
    return [TensorType(.int32, shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let x = try inputs[0].shifted(by: inputs.optional(2), axis: 1)
    let w = try inputs[1].shifted(by: inputs.optional(3), axis: 0)
    return [
      try Conv(window: window, groups: groups).convolved(x, w, nil, y, in: Double.self)
    ]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    Conv(window: window, groups: groups).cost(inputs: inputs, outputs: outputs)
  }
}
