import Glibc

/// A function applied to every element of a node's result before it is stored.
package enum Activation: Hashable, Sendable {
  case relu
  case clip(low: Float, high: Float)
  case tanh
  case sigmoid
  case leakyRelu(slope: Float)
  case hardSwish
  case silu

  package static let relu6 = Activation.clip(low: 0, high: 6)
  package static let reluMinus1To1 = Activation.clip(low: -1, high: 1)

  /// The bounds when the function only limits the range; others compute.
  package var bounds: (low: Float, high: Float)? {
    switch self {
    case .relu: (0, .infinity)
    case .clip(let low, let high): (low, high)
    default: nil
    }
  }

  /// Returns the function's value.
  ///
  ///     relu       max(x, 0)
  ///     clip       min(max(x, low), high)
  ///     sigmoid    1 / (1 + exp(−x))
  ///     leakyRelu  x < 0 ? slope · x : x
  ///     hardSwish  x · min(max(x / 6 + 1/2, 0), 1)
  ///     silu       x / (1 + exp(−x))
  package func apply(_ x: Double) -> Double {
    if x.isNaN { return x }
    switch self {
    case .relu: return max(x, 0)
    case .clip(let low, let high): return min(max(x, Double(low)), Double(high))
    case .tanh: return Glibc.tanh(x)
    case .sigmoid: return 1 / (1 + exp(-x))
    case .leakyRelu(let slope): return x < 0 ? Double(slope) * x : x
    case .hardSwish: return x * min(max(x / 6 + 0.5, 0), 1)
    case .silu: return x / (1 + exp(-x))
    }
  }

  /// Returns a tensor with the function applied to each element.
  package func apply(to tensor: Tensor) throws -> Tensor { try tensor.mapReal(apply) }
}

extension Activation: CustomStringConvertible {
  package var description: String {
    switch self {
    case .relu: "Relu"
    case .relu6: "Relu6"
    case .clip(let low, let high): "Clip(\(low), \(high))"
    case .tanh: "Tanh"
    case .sigmoid: "Sigmoid"
    case .leakyRelu(let slope): "LeakyRelu(\(slope))"
    case .hardSwish: "HardSwish"
    case .silu: "Silu"
    }
  }
}
