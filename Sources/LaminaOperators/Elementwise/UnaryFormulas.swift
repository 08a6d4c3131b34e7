import Glibc
import LaminaCore

extension UnaryElementwise.Function {
  /// The function on real numbers.
  var formula: (Double) -> Double {
    activation ?? rounding ?? arithmetic ?? transcendental ?? { $0 }
  }

  private var arithmetic: ((Double) -> Double)? {
    switch self {
    case .abs: { Swift.abs($0) }
    case .neg: { -$0 }
    case .reciprocal: { 1 / $0 }
    case .sign: { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }
    case .square: { $0 * $0 }
    case .sqrt: { $0.squareRoot() }
    case .rsqrt: { 1 / $0.squareRoot() }
    case .affine(let alpha, let beta): { alpha * $0 + beta }
    default: nil
    }
  }

  private var rounding: ((Double) -> Double)? {
    switch self {
    case .floor: { $0.rounded(.down) }
    case .ceil: { $0.rounded(.up) }
    case .round: { $0.rounded(.toNearestOrEven) }
    default: nil
    }
  }

  private var transcendental: ((Double) -> Double)? {
    switch self {
    case .acos: Glibc.acos
    case .acosh: Glibc.acosh
    case .asin: Glibc.asin
    case .asinh: Glibc.asinh
    case .atan: Glibc.atan
    case .atanh: Glibc.atanh
    case .cbrt: Glibc.cbrt
    case .cos: Glibc.cos
    case .cosh: Glibc.cosh
    case .erf: Glibc.erf
    case .exp: Glibc.exp
    case .expm1: Glibc.expm1
    case .log: Glibc.log
    case .log1p: Glibc.log1p
    case .sin: Glibc.sin
    case .sinh: Glibc.sinh
    case .tan: Glibc.tan
    case .tanh: Glibc.tanh
    default: nil
    }
  }

  private var activation: ((Double) -> Double)? {
    switch self {
    case .sigmoid: Self.sigmoid
    case .logSigmoid: { -Self.softplus(-$0) }
    case .softplus: Self.softplus
    case .softsign: { $0 / (1 + Swift.abs($0)) }
    case .relu: { $0 < 0 ? 0 : $0 }
    case .relu6: { $0 < 0 ? 0 : $0 > 6 ? 6 : $0 }
    case .reluMinus1To1: { $0 < -1 ? -1 : $0 > 1 ? 1 : $0 }
    case .relu0To1: { $0 < 0 ? 0 : $0 > 1 ? 1 : $0 }
    case .hardSwish: { $0 * min(max($0 / 6 + 0.5, 0), 1) }
    case .mish: { $0 * Glibc.tanh(Self.softplus($0)) }
    case .gelu: { $0 / 2 * (1 + Glibc.erf($0 / 2.0.squareRoot())) }
    case .geluTanh:
      {
        $0 / 2
          * (1 + Glibc.tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0)))
      }
    default: parametric
    }
  }

  private var parametric: ((Double) -> Double)? {
    switch self {
    case .elu(let alpha): { $0 < 0 ? alpha * Glibc.expm1($0) : $0 }
    case .celu(let alpha):
      { max($0, 0) + min(0, alpha * Glibc.expm1($0 / alpha)) }
    case .selu(let alpha, let gamma):
      { gamma * ($0 <= 0 ? alpha * Glibc.expm1($0) : $0) }
    case .leakyRelu(let slope): { $0 < 0 ? slope * $0 : $0 }
    case .hardSigmoid(let alpha, let beta): { min(max(alpha * $0 + beta, 0), 1) }
    case .swish(let alpha): { $0 * Self.sigmoid(alpha * $0) }
    case .thresholdedRelu(let alpha): { $0 > alpha ? $0 : 0 }
    case .shrink(let bias, let lambda):
      { $0 < -lambda ? $0 + bias : $0 > lambda ? $0 - bias : 0 }
    default: nil
    }
  }

  private static func sigmoid(_ x: Double) -> Double { 1 / (1 + Glibc.exp(-x)) }

  /// Written so that a large `x` does not overflow.
  private static func softplus(_ x: Double) -> Double {
    x.isNaN ? x : max(x, 0) + Glibc.log1p(Glibc.exp(-Swift.abs(x)))
  }

  /// Whether integers are taken too.
  var takesIntegers: Bool {
    switch self {
    case .abs, .neg, .sign, .square, .floor, .ceil, .round, .relu, .relu6, .reluMinus1To1,
      .relu0To1, .bitwiseNot:
      true
    default: false
    }
  }

  /// The function on whole numbers, wrapping around at the type's limits.
  func integerFormula<Element: IntegerElement>(_ type: Element.Type) -> (Element) -> Element {
    switch self {
    case .abs: { $0 < 0 ? 0 &- $0 : $0 }
    case .neg: { 0 &- $0 }
    case .sign: { $0.signum() }
    case .square: { $0 &* $0 }
    case .relu: { max($0, 0) }
    case .relu6: { min(max($0, 0), 6) }
    case .reluMinus1To1: { min(max($0, Element(clamping: -1)), 1) }
    case .relu0To1: { min(max($0, 0), 1) }
    case .bitwiseNot: { ~$0 }
    default: { $0 }
    }
  }

  /// Roughly how many operations one element takes.
  var operationCount: Int {
    switch self {
    case .abs, .neg, .not, .bitwiseNot, .relu, .floor, .ceil, .round, .sign, .square, .reciprocal:
      1
    default: 4
    }
  }

  /// The ONNX name, or the usual one where ONNX has none.
  var displayName: String {
    switch self {
    case .isNaN: "IsNaN"
    case .reluMinus1To1: "ReluN1To1"
    case .geluTanh: "Gelu"
    default:
      caseName.prefix(1).uppercased() + caseName.dropFirst()
    }
  }

  private var caseName: String { String("\(self)".prefix { $0 != "(" }) }
}
