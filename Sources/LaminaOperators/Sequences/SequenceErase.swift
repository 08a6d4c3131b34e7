import LaminaCore

/// Takes an element out of a sequence.
///
/// - Inputs: `x`, a sequence; `position`, optional, one whole number, from the end when negative,
///   the last when absent.
/// - Outputs: `y`, a sequence.
/// - Errors: ``ShapeError/indexOutOfRange(_:length:)``.
/// - Source: ONNX SequenceErase.
package struct SequenceErase: ValueOperator {
  package static let name = "SequenceErase"

  package init() {}

  package func outputTypes(forValues inputs: Inputs<ValueType>) throws(ShapeError) -> [ValueType] {
    [.sequence(try inputs[0].sequenceElement)]
  }

  package func evaluate(values inputs: Inputs<Datum>) throws -> [Datum] {
    var elements = try inputs[0].sequence
    let position = try inputs.optional(1) == nil ? -1 : inputs.position(1)
    elements.remove(at: try position.index(below: elements.count))
    return [.sequence(elements)]
  }
}
