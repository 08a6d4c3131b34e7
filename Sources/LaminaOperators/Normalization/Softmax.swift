import LaminaCore

/// Scales each line so that it is positive and sums to one.
///
///     y = exp(beta · (x − max(x))) / Σ exp(beta · (x − max(x)))
///
/// The maximum is subtracted first so that large inputs do not overflow. A line runs along one
/// axis, or over all axes from it on. In types narrower than float32 every step is rounded.
///
/// - Inputs: `x`, floating point.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/axisOutOfRange(_:rank:)``.
/// - Source: ONNX Softmax (opset 13; below that with `flattens`); TFLite SOFTMAX.
package struct Softmax: Operator {
  package static let name = "Softmax"

  /// The axis to normalise; negative values count back from the last.
  package var axis: Int
  package var beta: Float
  /// Whether a line runs over all axes from `axis` on.
  package var flattens: Bool

  package init(axis: Int = -1, beta: Float = 1, flattens: Bool = false) {
    self.axis = axis
    self.beta = beta
    self.flattens = flattens
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireArithmetic()
    _ = try x.shape.lines(from: axis, flattens: flattens)
    return [x.result(x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs.only()
    _ = try outputTypes(for: inputs.types)
    let axes = try x.shape.lines(from: axis, flattens: flattens)
    let softmax = try SoftmaxLine(x.dtype, beta: beta)
    return [try x.mapLines(over: axes) { _, line in softmax.apply(&line) }]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: 5)
  }
}

extension Shape {
  /// Returns the axes that lines run over: one, or all from it on.
  ///
  /// A scalar is a line of one element. When all axes from one on are meant, that may lie after
  /// the last.
  func lines(from axis: Int, flattens: Bool) throws(ShapeError) -> Range<Int> {
    if rank == 0 { return 0..<0 }
    if flattens && axis == rank { return rank..<rank }
    let first = try self.axis(axis)
    return first..<(flattens ? rank : first + 1)
  }
}
