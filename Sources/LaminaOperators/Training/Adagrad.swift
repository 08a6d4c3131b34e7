import LaminaCore

/// Updates parameters by gradients scaled with all earlier ones.
///
///     g' = regularization · x + g        h' = h + g'²
///     x' = x − r / (1 + t · decay) · g' / (√h' + epsilon)
///
/// - Inputs: `r`, the rate; `t`, the number of updates so far; `x…`, `g…`, `h…`, as many of each.
/// - Outputs: `x'…`, `h'…`.
/// - Errors: ``ShapeError/wrongInputCount(expected:found:)``, or unequal shapes.
/// - Source: ONNX preview training Adagrad; Duchi, Hazan and Singer, JMLR 12 (2011).
package struct Adagrad: Operator {
  package static let name = "Adagrad"

  package var decay: Double
  package var epsilon: Double
  package var regularization: Double

  package init(decay: Double, epsilon: Double, regularization: Double) {
    self.decay = decay
    self.epsilon = epsilon
    self.regularization = regularization
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    try parameterTypes(inputs, kinds: 3)
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    return try updateParameters(inputs, kinds: 3) { rate, step, values in
      let gradient = regularization * values[0] + values[1]
      let sum = values[2] + gradient * gradient
      let scaled = rate / (1 + step * decay) * gradient / (sum.squareRoot() + epsilon)
      return [values[0] - scaled, sum]
    }
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: 5)
  }
}
