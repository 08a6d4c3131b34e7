/// The weights with which old pixels make new ones along one axis.
///
/// A triangle as wide as the step between new pixels, but at least two old pixels wide, so that
/// shrinking averages and enlarging interpolates. Positions follow the half-pixel convention.
///
///     centre = (new + 0.5) · scale           scale = old length / new length
///     weight = max(0, 1 - |(old + 0.5 - centre) / max(scale, 1)|), normalised to sum 1
///
/// Weights are fixed-point numbers with 22 bits behind the point; see ``Image/resized(width:height:)``.
struct TriangleFilter {
  /// Bits behind the point: 8-bit values and a sign leave this many of 32.
  static let fractionBits = 32 - 8 - 2

  /// Which old pixels make one new pixel.
  struct Window {
    var first: Int
    /// Where its weights begin in ``TriangleFilter/weights``.
    var offset: Int
    var count: Int
  }

  private(set) var windows: [Window] = []
  private(set) var weights: [Int32] = []

  init(from oldLength: Int, to newLength: Int) {
    let scale = Double(oldLength) / Double(newLength)
    let radius = max(scale, 1)
    windows.reserveCapacity(newLength)
    for new in 0..<newLength {
      let center = (Double(new) + 0.5) * scale
      let first = max(0, Int(center - radius + 0.5))
      let end = min(oldLength, Int(center + radius + 0.5))
      append(center: center, radius: radius, first: first, end: end)
    }
  }

  private mutating func append(center: Double, radius: Double, first: Int, end: Int) {
    var window: [Double] = []
    for old in first..<max(first, end) {
      let distance = abs((Double(old) - center + 0.5) * (1 / radius))
      window.append(distance < 1 ? 1 - distance : 0)
    }
    let total = window.reduce(0, +)
    windows.append(Window(first: first, offset: weights.count, count: window.count))
    let one = Double(1 << Self.fractionBits)
    for weight in window {
      weights.append(Int32((total == 0 ? weight : weight / total) * one + 0.5))
    }
  }
}
