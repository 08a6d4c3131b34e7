import Glibc
import LaminaCore

/// Takes the logarithm of the softmax of each line.
///
///     y = x − max(x) − log Σ exp(x − max(x))
///
/// - Inputs: `x`, floating point.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/axisOutOfRange(_:rank:)``.
/// - Source: ONNX LogSoftmax (opset 13; below that with `flattens`); TFLite LOG_SOFTMAX.
package struct LogSoftmax: Operator {
  package static let name = "LogSoftmax"

  /// The axis to normalise; negative values count back from the last.
  package var axis: Int
  /// Whether a line runs over all axes from `axis` on.
  package var flattens: Bool

  package init(axis: Int = -1, flattens: Bool = false) {
    self.axis = axis
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
    return [
      try x.mapLines(over: axes) { _, line in
        let peak = line.max() ?? 0
        let total = log(line.reduce(0) { $0 + exp($1 - peak) })
        for index in line.indices { line[index] -= peak + total }
      }
    ]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: 5)
  }
}
