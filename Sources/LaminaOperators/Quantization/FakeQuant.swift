import LaminaCore

/// Rounds floats to what codes of a few bits can hold, and keeps them floats.
///
///     scale = (high − low) / steps      y = round((clamp(x) − low′) / scale) · scale + low′
///
/// `low′` and `high′` are the range moved so that zero is held exactly; `steps` is 2^bits − 1, one
/// less when narrow.
///
/// - Inputs: `x`, floating point.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)`` for an empty range.
/// - Source: TFLite FAKE_QUANT.
package struct FakeQuant: Operator {
  package static let name = "FakeQuant"

  package var low: Float
  package var high: Float
  package var bitCount: Int
  /// Whether the lowest code is left out.
  package var isNarrow: Bool

  package init(low: Float, high: Float, bitCount: Int = 8, isNarrow: Bool = false) {
    self.low = low
    self.high = high
    self.bitCount = bitCount
    self.isNarrow = isNarrow
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireArithmetic()
    guard 2...16 ~= bitCount, low < high else {
      throw .invalidAttribute(
        "range",
        found: "\(low) to \(high) in \(bitCount) bits",
        expected: "a range in 2 to 16 bits"
      )
    }
    return [x.result(x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let (first, last) = (isNarrow ? 1.0 : 0.0, Double((1 << bitCount) - 1))
    // The range is moved in single precision, as TFLite does it: halves depend on that.
    let step = (high - low) / Float(last - first)
    let zero = min(max(Double((Float(first) - low / step).rounded()), first), last)
    let scale = Double(step)
    let (bottom, top) = ((first - zero) * scale, (last - zero) * scale)
    return [
      try inputs.only().mapReal { value in
        let clamped = min(max(value, bottom), top)
        return ((clamped - bottom) / scale + 0.5).rounded(.down) * scale + bottom
      }
    ]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: 5)
  }
}
