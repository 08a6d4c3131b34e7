import Glibc
import LaminaCore

/// Applies a function to each element.
///
///     y = f(x)
///
/// The functions with their formulas are the cases of ``Function``; `UnaryFormulas.swift` has
/// them as code. Floats are computed in double and rounded once to their type. Integers, where a
/// function takes them, stay integers and wrap around.
///
/// - Inputs: `x`, a floating-point tensor; `abs`, `neg`, `sign`, `square`, `relu` and its kin and
///   the rounding functions also take integers, `not` takes bool, `bitwiseNot` takes integers.
/// - Outputs: `y`, the type of `x`; bool for `isNaN`, `isInf` and `isFinite`.
/// - Errors: ``ShapeError/wrongElementType(expected:found:)`` for any other element type.
/// - Source: ONNX Abs, Acos … ThresholdedRelu, one operator a case; TFLite ABS, CEIL, COS, ELU,
///   EXP, FLOOR, GELU, HARD_SWISH, LEAKY_RELU, LOG, LOGICAL_NOT, LOGISTIC, NEG, RELU, RELU6,
///   RELU_0_TO_1, RELU_N1_TO_1, ROUND, RSQRT, SIGN, SIN, SQRT, SQUARE, TANH.
package struct UnaryElementwise: Operator {
  package static let name = "UnaryElementwise"

  package enum Function: Hashable, Sendable {
    case abs, acos, acosh, asin, asinh, atan, atanh, cbrt, cos, cosh, erf, exp, expm1
    case log, log1p, neg, reciprocal, rsqrt, sign, sin, sinh, sqrt, square, tan, tanh
    /// Toward minus infinity, toward plus infinity, and to nearest with ties to even.
    case floor, ceil, round
    /// `1 / (1 + exp(−x))` and its logarithm.
    case sigmoid, logSigmoid
    /// `log(1 + exp(x))`, and `x / (1 + |x|)`.
    case softplus, softsign
    /// `max(x, 0)`, and the same limited to 6; `x` limited to −1…1 and 0…1.
    case relu, relu6, reluMinus1To1, relu0To1
    /// `x < 0 ? alpha · (exp(x) − 1) : x`
    case elu(alpha: Double)
    /// `max(x, 0) + min(0, alpha · (exp(x / alpha) − 1))`
    case celu(alpha: Double)
    /// `gamma · (x ≤ 0 ? alpha · (exp(x) − 1) : x)`
    case selu(alpha: Double, gamma: Double)
    /// `x < 0 ? slope · x : x`
    case leakyRelu(slope: Double)
    /// `min(max(alpha · x + beta, 0), 1)`
    case hardSigmoid(alpha: Double, beta: Double)
    /// `x · min(max(x / 6 + 1/2, 0), 1)`
    case hardSwish
    /// `x · tanh(softplus(x))`
    case mish
    /// `x / 2 · (1 + erf(x / √2))`, and its approximation by tanh.
    case gelu, geluTanh
    /// `x · sigmoid(alpha · x)`
    case swish(alpha: Double)
    /// `x > alpha ? x : 0`
    case thresholdedRelu(alpha: Double)
    /// `x < −lambda ? x + bias : x > lambda ? x − bias : 0`
    case shrink(bias: Double, lambda: Double)
    /// `alpha · x + beta`
    case affine(alpha: Double, beta: Double)
    case not, bitwiseNot, isNaN, isFinite
    case isInf(positive: Bool, negative: Bool)
  }

  package var function: Function

  package init(_ function: Function) { self.function = function }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    switch function {
    case .not: try x.require(.bool)
    case .bitwiseNot: try x.requireInteger()
    case .isNaN, .isInf, .isFinite:
      try x.requireFloatingPoint()
      return [x.with(dtype: .bool)]
    default:
      if !x.dtype.isInteger || !function.takesIntegers { try x.requireFloatingPoint() }
    }
    return [x.with(shape: x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs.only()
    _ = try outputTypes(for: inputs.types)
    switch function {
    case .not: return [try x.mapping { (x: Bool) in !x }]
    case .isNaN: return [try test(x, \.isNaN)]
    case .isFinite: return [try test(x, \.isFinite)]
    case .isInf(let positive, let negative):
      return [try test(x) { $0.isInfinite && ($0 < 0 ? negative : positive) }]
    default: break
    }
    if x.dtype.isInteger { return [try integers(x)] }
    guard x.dtype == .float32 else { return [try x.mapReal(function.formula)] }
    let formula = function.formula
    return [try x.mapping { (x: Float) in Float(formula(Double(x))) }]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: function.operationCount)
  }

  private func test(_ x: Tensor, _ claim: (Double) -> Bool) throws -> Tensor {
    Tensor(x.shape, try x.doubles().map(claim))
  }

  private func integers(_ x: Tensor) throws -> Tensor {
    guard let element = x.dtype.integerElement else {
      return try integers(x.cast(to: .int32)).cast(to: x.dtype)
    }
    func map<Element: IntegerElement>(_ type: Element.Type) throws -> Tensor {
      try x.mapping(function.integerFormula(type))
    }
    return try map(element)
  }

  package var attributes: [Attribute] {
    var attributes = [Attribute(name: "function", value: displayName)]
    for child in Mirror(reflecting: function).children {
      for payload in Mirror(reflecting: child.value).children {
        attributes.append(Attribute(name: payload.label ?? "", value: "\(payload.value)"))
      }
    }
    return attributes
  }

  package var displayName: String { function.displayName }
}
