import LaminaCore

/// Divides each line by the root of the mean of its squares; a line is all axes from `axis` on.
///
///     y = scale · x / √(Σx² / n + epsilon)
///
/// - Inputs: `x`, rank 1 or more, floating point; `scale`, which broadcasts to `x`.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/axisOutOfRange(_:rank:)``, ``ShapeError/notBroadcastable(_:_:)``.
/// - Source: ONNX RMSNormalization (opset 23).
package struct RMSNorm: Operator {
  package static let name = "RMSNormalization"

  package var axis: Int
  package var epsilon: Float

  package init(axis: Int = -1, epsilon: Float = 1e-5) {
    self.axis = axis
    self.epsilon = epsilon
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    try x.requireArithmetic()
    _ = try x.shape.axis(axis)
    try inputs[1].requireBroadcast(to: x.shape)
    return [x.result(x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let x = try inputs[0]
    let scale = try inputs[1].repeated(to: x.shape)
    let y = try x.mapLines(over: x.shape.axis(axis)..<x.shape.rank) { number, line in
      let squares = line.reduce(0) { $0 + $1 * $1 } / Double(line.count)
      let inverse = 1 / (squares + Double(epsilon)).squareRoot()
      for index in line.indices { line[index] *= inverse * scale[number * line.count + index] }
    }
    return [y]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: 4)
  }
}
