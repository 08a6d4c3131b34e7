import LaminaCore

/// Rounds floats to what codes of a few bits can hold over a range that is data.
///
///     scale = (high − low) / steps      y = round((clamp(x) − low′) / scale) · scale + low′
///
/// `low′` and `high′` are the range moved so that zero is held exactly; `steps` is 2^bits − 1, one
/// less when narrow. An empty range gives zeros.
///
/// - Inputs: `x`, floating point; `low` and `high`, one number each, or one for each position of
///   the last axis.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/axisLengthMismatch(axis:expected:found:)`` for ranges of another number.
/// - Source: TensorFlow FakeQuantWithMinMaxVars, FakeQuantWithMinMaxVarsPerChannel, QuantizeV2 and
///   Requantize.
package struct FakeQuantInRange: Operator {
  package static let name = "FakeQuantInRange"

  package var bitCount: Int
  /// Whether the lowest code is left out.
  package var isNarrow: Bool

  package init(bitCount: Int = 8, isNarrow: Bool = false) {
    self.bitCount = bitCount
    self.isNarrow = isNarrow
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    try x.requireArithmetic()
    guard 2...16 ~= bitCount else {
      throw .invalidAttribute("bitCount", found: "\(bitCount)", expected: "2 to 16")
    }
    let channels = x.shape.dims.last ?? 1
    for position in 1...2 {
      let count = try inputs[position].shape.count()
      guard count == 1 || count == channels else {
        throw .axisLengthMismatch(axis: x.shape.rank - 1, expected: channels, found: count)
      }
    }
    return [x.result(x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let type = try outputTypes(for: inputs.types)[0]
    let (lows, highs) = (try inputs[1].doubles(), try inputs[2].doubles())
    let ranges = (0..<max(lows.count, highs.count)).map { index in
      grid(lows[index % lows.count], highs[index % highs.count])
    }
    var y = try inputs[0].doubles()
    for index in y.indices { y[index] = ranges[index % ranges.count].rounded(y[index]) }
    return [try Tensor(type.dtype, type.shape, rounding: y)]
  }

  /// The numbers that codes stand for.
  private struct Grid {
    var low: Double
    var high: Double
    var scale: Double

    func rounded(_ x: Double) -> Double {
      guard scale > 0 else { return 0 }
      return ((min(max(x, low), high) - low) / scale).rounded() * scale + low
    }
  }

  private func grid(_ low: Double, _ high: Double) -> Grid {
    let (first, last) = (isNarrow ? 1.0 : 0.0, Double((1 << bitCount) - 1))
    let scale = (high - low) / (last - first)
    guard scale > 0, scale.isFinite else { return Grid(low: 0, high: 0, scale: 0) }
    let zero = min(max((first - low / scale).rounded(), first), last)
    return Grid(low: (first - zero) * scale, high: (last - zero) * scale, scale: scale)
  }
}
