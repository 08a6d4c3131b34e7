import LaminaCore

extension Comparison {
  /// Compares numbers that chance made: shape and type, and whether both lists of numbers may come
  /// from one distribution, by the test of Kolmogorov and Smirnov.
  ///
  ///     D = max |F(x) - G(x)| <= √(-ln(p / 2) / 2 · (n + m) / (n · m)),  p = 10⁻⁶
  ///
  /// F and G are the shares of the n and m numbers that are not above x.
  ///
  /// - Parameters:
  ///   - value: What was computed.
  ///   - recorded: What another generator made.
  /// - Throws: ``ShapeError`` for elements that are no numbers.
  package init(chanceIn value: Datum, as recorded: Datum) throws {
    guard case .tensor(let tensor) = value, case .tensor(let expected) = recorded else {
      self = .failed("a value of type \(value.type), recorded is one of type \(recorded.type)")
      return
    }
    guard tensor.dtype == expected.dtype, tensor.shape == expected.shape else {
      self = .failed("\(tensor.type), recorded is \(expected.type)")
      return
    }
    let samples = (try tensor.doubles().sorted(), try expected.doubles().sorted())
    let distance = Self.distance(samples.0, samples.1)
    let count = Double(tensor.count)
    let limit = (7.254 * 2 / max(count, 1)).squareRoot()
    guard distance <= limit else {
      let found = "\(Units.brief(distance)), allowed is \(Units.brief(limit))"
      self = .failed("numbers of another distribution: they lie \(found) apart")
      return
    }
    self = Comparison()
  }

  /// The largest difference between the shares of two sorted lists up to any number.
  private static func distance(_ a: [Double], _ b: [Double]) -> Double {
    var (i, j, largest) = (0, 0, 0.0)
    while i < a.count, j < b.count {
      let x = min(a[i], b[j])
      guard !x.isNaN, !a[i].isNaN, !b[j].isNaN else { return 1 }
      while i < a.count, a[i] <= x { i += 1 }
      while j < b.count, b[j] <= x { j += 1 }
      largest = max(largest, abs(Double(i) / Double(a.count) - Double(j) / Double(b.count)))
    }
    return largest
  }
}
