import LaminaCore

/// Counts how many boundaries lie at or below each element.
///
///     y = |{b in boundaries : b ≤ x}|
///
/// - Inputs: `x`, real.
/// - Outputs: `y`, int32, the shape of `x`; NaN lies above all boundaries.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)`` when the boundaries descend.
/// - Source: TFLite BUCKETIZE.
package struct Bucketize: Operator {
  package static let name = "Bucketize"

  /// In ascending order.
  package var boundaries: [Double]

  package init(boundaries: [Double]) { self.boundaries = boundaries }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireReal()
    guard zip(boundaries, boundaries.dropFirst()).allSatisfy({ $0 <= $1 }) else {
      throw .invalidAttribute("boundaries", found: "a descent", expected: "ascending numbers")
    }
    return [x.with(dtype: .int32)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs.only()
    _ = try outputTypes(for: inputs.types)
    return [Tensor(x.shape, try x.doubles().map(bucket))]
  }

  private func bucket(_ x: Double) -> Int32 {
    Int32(clamping: boundaries.firstIndex { x < $0 } ?? boundaries.count)
  }
}
