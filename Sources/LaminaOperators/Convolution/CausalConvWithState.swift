import LaminaCore

/// Convolves each channel of a sequence with its own weights, looking back only.
///
///     y[n, c, t] = act(b[c] + Σ_j w[c, 0, j] · s[n, c, t + j])      s = past followed by x
///
/// - Inputs: `x`, N×C×L, floating point; `w`, C×1×k; `b`, one number for each channel, optional;
///   `past`, N×C×(k − 1), the positions before `x`, zero when absent.
/// - Outputs: `y`, N×C×L; `present`, the last k − 1 positions of `past` followed by `x`.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``,
///   ``ShapeError/axisLengthMismatch(axis:expected:found:)``.
/// - Source: ONNX CausalConvWithState (opset 27).
package struct CausalConvWithState: Operator {
  package static let name = "CausalConvWithState"

  /// Whether x / (1 + exp(−x)) follows.
  package var activatesSilu: Bool

  package init(activatesSilu: Bool = false) { self.activatesSilu = activatesSilu }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, w) = (try inputs[0], try inputs[1])
    try x.requireArithmetic()
    try x.requireRank(3...3)
    try w.requireRank(3...3)
    guard w.shape[2] >= 1 else { throw .windowTooLarge(window: 0, length: x.shape[2]) }
    try w.requireShape([x.shape[1], 1, w.shape[2]])
    if let bias = inputs.optional(2) { try bias.requireVector(x.shape[1]) }
    let state: Shape = [x.shape[0], x.shape[1], w.shape[2] - 1]
    if let past = inputs.optional(3) { try past.requireShape(state) }
    return [x, x.result(state)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let types = try outputTypes(for: inputs.types)
    return types[0].dtype == .float64
      ? try convolved(inputs, types, in: Double.self) : try convolved(inputs, types, in: Float.self)
  }

  private func convolved<Element: FloatElement>(
    _ inputs: TensorInputs,
    _ types: [TensorType],
    in type: Element.Type
  ) throws -> [Tensor] {
    let (channels, length) = (types[0].shape[1], types[0].shape[2])
    let back = types[1].shape[2]
    let x = try inputs[0].elements(as: type)
    let w = try inputs[1].elements(as: type)
    let bias = try inputs.optional(2)?.elements(as: type)
    let past = try inputs.optional(3)?.elements(as: type)
    var (y, present): ([Element], [Element]) = ([], [])
    for row in 0..<types[0].shape[0] * channels {
      let before = past.map { Array($0[row * back..<(row + 1) * back]) }
      let line =
        (before ?? [Element](repeating: 0, count: back)) + x[row * length..<(row + 1) * length]
      let channel = row % channels
      for position in 0..<length {
        var sum = bias?[channel] ?? 0
        for tap in 0...back { sum += w[channel * (back + 1) + tap] * line[position + tap] }
        y.append(sum)
      }
      present += line.suffix(back)
    }
    var output = try Tensor(types[0].shape, rounding: y, to: types[0].dtype)
    if activatesSilu { output = try Activation.silu.apply(to: output) }
    return [output, try Tensor(types[1].shape, rounding: present, to: types[1].dtype)]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .macs(outputs.first?.shape.elementCount ?? 0, inputs.optional(1)?.shape.dims.last ?? 0)
  }
}
