import LaminaCore

/// Updates parameters by a running sum of gradients.
///
///     g' = regularization · x + g        v' = alpha · v + (t > 0 ? beta : 1) · g'
///     x' = x − r · v'                    Nesterov: x − r · (g' + alpha · v')
///
/// - Inputs: `r`, the rate; `t`, the number of updates so far; `x…`, `g…`, `v…`, as many of each.
/// - Outputs: `x'…`, `v'…`.
/// - Errors: ``ShapeError/wrongInputCount(expected:found:)``, or unequal shapes.
/// - Source: ONNX preview training Momentum.
package struct Momentum: Operator {
  package static let name = "Momentum"

  package var alpha: Double
  package var beta: Double
  package var isNesterov: Bool
  package var regularization: Double

  package init(alpha: Double, beta: Double, isNesterov: Bool, regularization: Double) {
    self.alpha = alpha
    self.beta = beta
    self.isNesterov = isNesterov
    self.regularization = regularization
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    try parameterTypes(inputs, kinds: 3)
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    return try updateParameters(inputs, kinds: 3) { rate, step, values in
      let gradient = regularization * values[0] + values[1]
      let sum = alpha * values[2] + (step > 0 ? beta : 1) * gradient
      let direction = isNesterov ? gradient + alpha * sum : sum
      return [values[0] - rate * direction, sum]
    }
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: 4)
  }
}
