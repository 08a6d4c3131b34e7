import LaminaCore
import LaminaOperators

extension NcnnGraphBuilder {
  /// Adds the last node of a layer that ends with one of ncnn's fused activations.
  ///
  /// Parameter 9 is the function: 0 none, 1 ReLU, 2 leaky ReLU, 3 clip, 4 sigmoid, 5 Mish,
  /// 6 hard swish; parameter 10 has its numbers.
  mutating func emitActivated(
    _ layer: NcnnLayer,
    _ op: any Operator,
    _ inputs: [ValueID?],
    type: ValueType = .unknown
  ) throws {
    let numbers = layer.floats(10)
    func number(_ index: Int) throws -> Float {
      guard index < numbers.count else {
        throw NcnnUnsupported(reason: "an activation without its parameters")
      }
      return numbers[index]
    }
    switch layer.int(9) {
    case 0: try emit(layer, op, inputs, type: type)
    case 1: try emit(layer, op, inputs, type: type, activation: .relu)
    case 2:
      let slope = try number(0)
      try emit(layer, op, inputs, type: type, activation: .leakyRelu(slope: slope))
    case 3:
      let bounds = Activation.clip(low: try number(0), high: try number(1))
      try emit(layer, op, inputs, type: type, activation: bounds)
    case 4: try emit(layer, op, inputs, type: type, activation: .sigmoid)
    case 5:
      let y = try step(layer, "sum", op, inputs)
      try emit(layer, UnaryElementwise(.mish), [y], type: type)
    case 6:
      let (alpha, beta) = (try number(0), try number(1))
      let y = try step(layer, "sum", op, inputs)
      try emitHardSwish(layer, y, alpha: alpha, beta: beta, type: type)
    case let other: throw NcnnUnsupported(reason: "activation \(other)")
    }
  }

  /// Adds x · clamp(alpha · x + beta, 0, 1).
  mutating func emitHardSwish(
    _ layer: NcnnLayer,
    _ x: ValueID,
    alpha: Float,
    beta: Float,
    type: ValueType = .unknown
  ) throws(ImportError) {
    if abs(alpha - 1 / 6) < 1e-5, beta == 0.5 {
      return try emit(layer, UnaryElementwise(.hardSwish), [x], type: type)
    }
    let gate = UnaryElementwise(.hardSigmoid(alpha: Double(alpha), beta: Double(beta)))
    let part = try step(layer, "gate", gate, [x])
    try emit(layer, BinaryElementwise(.mul), [x, part], type: type)
  }
}
