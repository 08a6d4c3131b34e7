import Glibc

/// Probabilities of classes from decisions between pairs of them.
///
/// - Source: Wu, Lin and Weng, "Probability estimates for multi-class classification by pairwise
///   coupling", JMLR 5 (2004), the second method.
enum PairwiseCoupling {
  /// Returns a probability for each class.
  ///
  ///     P(i rather than j) = 1 / (1 + exp(a · decision + b))      kept within 10⁻⁷ of 0 and 1
  static func probabilities(
    _ decisions: [Double],
    _ a: [Float],
    _ b: [Float],
    _ count: Int
  ) -> [Double] {
    let line = [Double](repeating: 0, count: count)
    var pairs = [[Double]](repeating: line, count: count)
    var index = 0
    for i in 0..<count {
      for j in i + 1..<max(count, i + 1) {
        let value = decisions[index] * Double(a[index]) + Double(b[index])
        let probability = 1 / (1 + exp(value))
        pairs[i][j] = min(max(probability, 1e-7), 1 - 1e-7)
        pairs[j][i] = 1 - pairs[i][j]
        index += 1
      }
    }
    return coupled(pairs)
  }

  /// The quadratic form that the probabilities make smallest.
  private static func quadratic(_ pairs: [[Double]]) -> [[Double]] {
    var q = pairs
    for t in pairs.indices {
      q[t][t] = 0
      for j in pairs.indices where j != t {
        q[t][t] += pairs[j][t] * pairs[j][t]
        q[t][j] = -pairs[j][t] * pairs[t][j]
      }
    }
    return q
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for index in a.indices { sum += a[index] * b[index] }
    return sum
  }

  private static func coupled(_ pairs: [[Double]]) -> [Double] {
    let q = quadratic(pairs)
    let count = pairs.count
    let tolerance = 0.005 / Double(count)
    var p = [Double](repeating: 1 / Double(count), count: count)
    for _ in 0..<max(100, count) {
      var qp = q.map { dot($0, p) }
      var pqp = dot(p, qp)
      if qp.allSatisfy({ abs($0 - pqp) < tolerance }) { break }
      for t in 0..<count where q[t][t] != 0 {
        let step = (pqp - qp[t]) / q[t][t]
        let scale = 1 + step
        p[t] += step
        pqp = (pqp + step * (step * q[t][t] + 2 * qp[t])) / (scale * scale)
        for j in 0..<count {
          p[j] /= scale
          qp[j] = (qp[j] + step * q[t][j]) / scale
        }
      }
    }
    return p
  }
}
