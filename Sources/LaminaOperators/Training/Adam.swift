import Glibc
import LaminaCore

/// Updates parameters by running averages of gradients and of their squares.
///
///     g' = regularization · x + g
///     v' = alpha · v + (1 − alpha) · g'        h' = beta · h + (1 − beta) · g'²
///     r' = t > 0 ? r · √(1 − betaᵗ) / (1 − alphaᵗ) : r
///     x' = (1 − postRegularization) · (x − r' · v' / (√h' + epsilon))
///
/// - Inputs: `r`, the rate; `t`, the number of updates so far; `x…`, `g…`, `v…`, `h…`, as many of
///   each.
/// - Outputs: `x'…`, `v'…`, `h'…`.
/// - Errors: ``ShapeError/wrongInputCount(expected:found:)``, or unequal shapes.
/// - Source: ONNX preview training Adam; Kingma and Ba, ICLR 2015.
package struct Adam: Operator {
  package static let name = "Adam"

  package var alpha: Double
  package var beta: Double
  package var epsilon: Double
  package var regularization: Double
  package var postRegularization: Double

  package init(
    alpha: Double,
    beta: Double,
    epsilon: Double,
    regularization: Double,
    postRegularization: Double
  ) {
    self.alpha = alpha
    self.beta = beta
    self.epsilon = epsilon
    self.regularization = regularization
    self.postRegularization = postRegularization
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    try parameterTypes(inputs, kinds: 4)
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    return try updateParameters(inputs, kinds: 4) { rate, step, values in
      let gradient = regularization * values[0] + values[1]
      let mean = alpha * values[2] + (1 - alpha) * gradient
      let square = beta * values[3] + (1 - beta) * gradient * gradient
      let correction = (1 - pow(beta, step)).squareRoot() / (1 - pow(alpha, step))
      let adjusted = step > 0 ? rate * correction : rate
      let moved = values[0] - adjusted * mean / (square.squareRoot() + epsilon)
      return [(1 - postRegularization) * moved, mean, square]
    }
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: 6)
  }
}
