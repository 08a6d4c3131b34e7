import LaminaCore

/// Cuts a tensor along an axis into a sequence of parts.
///
/// - Inputs: `x`; `split`, optional: one length for all parts but a shorter last one, or the length
///   of each. Without it every part has length 1.
/// - Outputs: `y`, a sequence.
/// - Errors: ``ShapeError/axisLengthMismatch(axis:expected:found:)`` when the lengths do not fill
///   the axis, ``ShapeError/invalidAttribute(_:found:expected:)`` for a length below 1.
/// - Source: ONNX SplitToSequence.
package struct SplitToSequence: ValueOperator {
  package static let name = "SplitToSequence"

  package var axis: Int
  /// Whether parts of length 1 keep their axis when no lengths are given.
  package var keepsDimensions: Bool

  package init(axis: Int = 0, keepsDimensions: Bool = true) {
    self.axis = axis
    self.keepsDimensions = keepsDimensions
  }

  package func outputTypes(forValues inputs: Inputs<ValueType>) throws(ShapeError) -> [ValueType] {
    guard let x = try inputs[0].tensor, x.shape.isRanked else { return [.sequence(.unknown)] }
    var shape = x.shape
    let axis = try shape.axis(axis)
    if inputs.optional(1) != nil {
      shape[axis] = Shape.unknown
    } else if keepsDimensions {
      shape[axis] = 1
    } else {
      shape.dims.remove(at: axis)
    }
    return [.sequence(.tensor(x.with(shape: shape)))]
  }

  package func evaluate(values inputs: Inputs<Datum>) throws -> [Datum] {
    let x = try inputs[0].tensor
    let axis = try x.shape.axis(axis)
    let length = x.shape[axis]
    if inputs.optional(1) == nil, !keepsDimensions {
      return [.sequence(try (0..<length).map { .tensor(try x.part(at: $0, along: axis)) })]
    }
    let sizes = try sizes(inputs.optional(1)?.tensor, length)
    guard !sizes.isEmpty else { return [.sequence([])] }
    let parts = try Split(axis: axis, sizes: sizes, count: sizes.count).evaluate([x])
    return [.sequence(parts.map(Datum.tensor))]
  }

  private func sizes(_ split: Tensor?, _ length: Int) throws -> [Int] {
    guard let split else { return [Int](repeating: 1, count: length) }
    let given = try split.ints()
    guard given.allSatisfy({ $0 > 0 || split.shape.rank > 0 && $0 == 0 }) else {
      throw ShapeError.invalidAttribute("split", found: "\(given)", expected: "positive lengths")
    }
    guard split.shape.rank == 0 else { return given }
    return stride(from: 0, to: length, by: given[0]).map { min(given[0], length - $0) }
  }
}
