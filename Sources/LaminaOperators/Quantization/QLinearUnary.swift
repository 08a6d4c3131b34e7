import Glibc
import LaminaCore

/// Applies a function to codes, with scales and zero points given as inputs.
///
///     y = round(f(xScale · (x − xZero)) / yScale) + yZero
///     sigmoid  1 / (1 + exp(−x))      leakyRelu  x < 0 ? slope · x : x
///
/// - Inputs: `x`, `xScale`, `xZero`, `yScale`, `yZero`; zero points are optional.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/wrongElementType(expected:found:)``.
/// - Source: com.microsoft QLinearSigmoid, QLinearLeakyRelu.
package struct QLinearUnary: Operator {
  package static let name = "QLinearUnary"

  /// What is computed of a real number.
  package enum Function: Hashable, Sendable {
    case sigmoid
    case leakyRelu(slope: Float)
  }

  package var function: Function

  package init(_ function: Function) { self.function = function }

  package var displayName: String {
    if case .sigmoid = function { return "QLinearSigmoid" }
    return "QLinearLeakyRelu"
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    try x.requireInteger()
    return [TensorType(x.dtype, x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    return [
      try QLinearCodes(inputs).evaluate { reals in
        switch function {
        case .sigmoid: try Activation.sigmoid.apply(to: reals)
        case .leakyRelu(let slope): try Activation.leakyRelu(slope: slope).apply(to: reals)
        }
      }
    ]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: 7)
  }
}

/// The inputs `x`, `xScale`, `xZero`, `yScale`, `yZero` that operators on codes share.
struct QLinearCodes {
  let inputs: TensorInputs

  init(_ inputs: TensorInputs) { self.inputs = inputs }

  /// Returns codes of what `body` makes of the real numbers.
  func evaluate(_ body: (Tensor) throws -> Tensor) throws -> Tensor {
    let x = try inputs[0]
    let reals = try x.scaled(by: inputs[1], zeroPoint: inputs.optional(2), axis: 0)
    return try body(reals).coded(
      scale: inputs[3].scalar(),
      zeroPoint: inputs.optional(4)?.scalar() ?? 0,
      as: x.dtype
    )
  }
}
