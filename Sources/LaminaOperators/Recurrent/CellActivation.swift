import Glibc
import LaminaCore

/// A function that a recurrent cell applies to its sums.
package enum CellActivation: Hashable, Sendable {
  case relu
  case tanh
  case sigmoid
  case affine(alpha: Float, beta: Float)
  case leakyRelu(alpha: Float)
  case thresholdedRelu(alpha: Float)
  case scaledTanh(alpha: Float, beta: Float)
  case hardSigmoid(alpha: Float, beta: Float)
  case elu(alpha: Float)
  case softsign
  case softplus
  case clip(low: Float, high: Float)
  case identity

  /// Finds the function of an ONNX name, in whatever case; absent parameters take ONNX's values.
  package init(name: String, alpha: Float?, beta: Float?) throws(ShapeError) {
    switch name.lowercased() {
    case "relu": self = .relu
    case "tanh": self = .tanh
    case "sigmoid": self = .sigmoid
    case "affine": self = .affine(alpha: alpha ?? 1, beta: beta ?? 0)
    case "leakyrelu": self = .leakyRelu(alpha: alpha ?? 0.01)
    case "thresholdedrelu": self = .thresholdedRelu(alpha: alpha ?? 1)
    case "scaledtanh": self = .scaledTanh(alpha: alpha ?? 1, beta: beta ?? 1)
    case "hardsigmoid": self = .hardSigmoid(alpha: alpha ?? 0.2, beta: beta ?? 0.5)
    case "elu": self = .elu(alpha: alpha ?? 1)
    case "softsign": self = .softsign
    case "softplus": self = .softplus
    default:
      throw .invalidAttribute("activations", found: name, expected: "a function of ONNX")
    }
  }

  /// Returns the function's value.
  ///
  ///     relu             max(x, 0)
  ///     sigmoid          1 / (1 + exp(−x))
  ///     affine           alpha · x + beta
  ///     leakyRelu        x < 0 ? alpha · x : x
  ///     thresholdedRelu  x ≥ alpha ? x : 0
  ///     scaledTanh       alpha · tanh(beta · x)
  ///     hardSigmoid      min(max(alpha · x + beta, 0), 1)
  ///     elu              x < 0 ? alpha · (exp(x) − 1) : x
  ///     softsign         x / (1 + |x|)
  ///     softplus         log(1 + exp(x))
  package func apply(_ x: Double) -> Double {
    switch self {
    case .relu: max(x, 0)
    case .tanh: Glibc.tanh(x)
    case .sigmoid: 1 / (1 + exp(-x))
    case .affine(let alpha, let beta): Double(alpha) * x + Double(beta)
    case .leakyRelu(let alpha): x < 0 ? Double(alpha) * x : x
    case .thresholdedRelu(let alpha): x >= Double(alpha) ? x : 0
    case .scaledTanh(let alpha, let beta): Double(alpha) * Glibc.tanh(Double(beta) * x)
    case .hardSigmoid(let alpha, let beta): min(max(Double(alpha) * x + Double(beta), 0), 1)
    case .elu(let alpha): x < 0 ? Double(alpha) * expm1(x) : x
    case .softsign: x / (1 + abs(x))
    case .softplus: x > 30 ? x : log1p(exp(x))
    case .clip(let low, let high): min(max(x, Double(low)), Double(high))
    case .identity: x
    }
  }
}
