import LaminaCore

/// Limits each element to a range.
///
///     y = min(max(x, low), high)
///
/// The upper limit wins when the limits cross.
///
/// - Inputs: `x`, real; `low` and `high`, optional, one element each, of the type of `x`.
/// - Outputs: `y`, the type of `x`; NaN stays NaN.
/// - Errors: ``ShapeError/wrongElementType(expected:found:)``, or a limit of more than one
///   element.
/// - Source: ONNX Clip.
package struct Clip: Operator {
  package static let name = "Clip"

  /// The limits when they are not inputs.
  package var low: Double?
  package var high: Double?

  package init(low: Double? = nil, high: Double? = nil) {
    self.low = low
    self.high = high
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    try x.requireReal()
    for case let limit? in [inputs.optional(1), inputs.optional(2)] {
      try limit.require(x.dtype)
      guard limit.shape.elementCount == 1 else {
        throw .elementCountMismatch(from: limit.shape, to: [])
      }
    }
    return [x.with(shape: x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    var y = try inputs[0]
    if let low = try limit(low, inputs.optional(1), y) {
      y = try BinaryElementwise(.max).evaluate([y, low])[0]
    }
    if let high = try limit(high, inputs.optional(2), y) {
      y = try BinaryElementwise(.min).evaluate([y, high])[0]
    }
    return [y]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: 2)
  }

  private func limit(_ attribute: Double?, _ input: Tensor?, _ x: Tensor) throws -> Tensor? {
    if let input { return try input.reshaped(to: []) }
    return try attribute.map { try Tensor(x.dtype, [], rounding: [$0]) }
  }
}
