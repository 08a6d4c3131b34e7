import Glibc
import LaminaCore

/// How alike a support vector machine finds two vectors.
///
///     linear   a · b                          rbf      exp(−gamma · |a − b|²)
///     poly     (gamma · a · b + coef0)^degree  sigmoid  tanh(gamma · a · b + coef0)
package struct SVMKernel: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable { case linear, poly, rbf, sigmoid }

  package var kind: Kind
  package var gamma: Double
  package var coef0: Double
  package var degree: Double

  package init(kind: Kind, gamma: Double = 0, coef0: Double = 0, degree: Double = 0) {
    self.kind = kind
    self.gamma = gamma
    self.coef0 = coef0
    self.degree = degree
  }

  func callAsFunction(_ a: [Double], _ b: ArraySlice<Double>) -> Double {
    var (product, distance) = (0.0, 0.0)
    for (x, y) in zip(a, b) {
      product += x * y
      distance += (x - y) * (x - y)
    }
    switch kind {
    case .linear: return product
    case .rbf: return exp(-gamma * distance)
    case .poly: return pow(gamma * product + coef0, degree)
    case .sigmoid: return tanh(gamma * product + coef0)
    }
  }

  /// How alike a row is to each of several vectors laid end to end.
  func all(_ row: [Double], _ vectors: [Double], count: Int) -> [Double] {
    (0..<count).map { self(row, vectors[$0 * row.count..<($0 + 1) * row.count]) }
  }
}
