import Glibc
import LaminaCore

/// What is done to a row of scores at the end.
///
///     softmax      exp(s) / Σ exp(s)
///     softmaxZero  the same, where scores of 0 stay near 0
///     logistic     1 / (1 + exp(−s))
///     probit       √2 · erf⁻¹(2s − 1)
///
/// - Source: ONNX-ML `post_transform`; Winitzki's approximation of erf⁻¹, as its reference has it.
package enum PostTransform: String, Hashable, Sendable, CaseIterable {
  case none, softmax, logistic, softmaxZero, probit

  package func apply(_ scores: [Double]) -> [Double] {
    switch self {
    case .none: scores
    case .softmax: Self.softmax(scores)
    case .logistic: scores.map { 1 / (1 + exp(-$0)) }
    case .softmaxZero: Self.softmaxZero(scores)
    case .probit: scores.map { 2.0.squareRoot() * Self.inverseErf(2 * $0 - 1) }
    }
  }

  private static func softmax(_ scores: [Double]) -> [Double] {
    let peak = scores.max() ?? 0
    let powers = scores.map { exp($0 - peak) }
    let total = powers.reduce(0, +)
    return powers.map { $0 / total }
  }

  private static func softmaxZero(_ scores: [Double]) -> [Double] {
    let peak = scores.max() ?? 0
    let powers = scores.map { abs($0) > 1e-7 ? exp($0 - peak) : $0 * exp(-peak) }
    let total = powers.reduce(0, +)
    return powers.map { total == 0 ? 0.5 : $0 / total }
  }

  private static func inverseErf(_ x: Double) -> Double {
    let rest = (1 - x) * (1 + x)
    guard rest != 0 else { return 0 }
    let logarithm = log(rest)
    let a = 2 / (Double.pi * 0.147) + 0.5 * logarithm
    let root = ((a * a - logarithm / 0.147).squareRoot() - a).squareRoot()
    return x < 0 ? -root : root
  }
}
