/// A positive factor for whole numbers: a fraction of 31 bits and a power of two.
///
///     factor = fraction / 2³¹ · 2^exponent
///
/// - Source: TensorFlow Lite, QuantizeMultiplier and MultiplyByQuantizedMultiplier.
package struct FixedPointScale: Equatable, Sendable {
  package let fraction: Int
  package let exponent: Int

  private static let half = 1 << 30
  private static let range = Int(Int32.min)...Int(Int32.max)

  /// The fixed-point number nearest to `factor`; zero when that is less than 2⁻³².
  package init(_ factor: Double) {
    guard factor.isFinite, factor > 0 else {
      (fraction, exponent) = (0, 0)
      return
    }
    // Twice the significand is from 0.5 to 1 with the exponent one higher.
    let rounded = Int((factor.significand / 2 * 0x1p31).rounded(.toNearestOrAwayFromZero))
    let isWhole = rounded == 1 << 31
    let exponent = Int(factor.exponent) + (isWhole ? 2 : 1)
    fraction = exponent < -31 ? 0 : exponent > 30 ? Int(Int32.max) : isWhole ? 1 << 30 : rounded
    self.exponent = min(max(exponent, -31), 30)
  }

  /// Returns `sum` times the factor, rounded twice: after the fraction, then after the power.
  package func scaled(_ sum: Int) -> Int {
    let shifted = clamped(clamped(sum) << max(exponent, 0))
    let product = shifted * fraction
    let high = (product + (product >= 0 ? Self.half : 1 - Self.half)) / (1 << 31)
    let drop = max(-exponent, 0)
    let mask = (1 << drop) - 1
    let threshold = mask >> 1 + (high < 0 ? 1 : 0)
    return high >> drop + (high & mask > threshold ? 1 : 0)
  }

  private func clamped(_ value: Int) -> Int {
    min(max(value, Self.range.lowerBound), Self.range.upperBound)
  }
}
