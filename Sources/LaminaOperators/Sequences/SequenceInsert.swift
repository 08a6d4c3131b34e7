import LaminaCore

/// Puts an element into a sequence.
///
/// - Inputs: `x`, a sequence; `element`, a tensor; `position`, optional, one whole number: where
///   the element is afterwards, from the end when negative, at the end when absent.
/// - Outputs: `y`, a sequence.
/// - Errors: ``ShapeError/indexOutOfRange(_:length:)``.
/// - Source: ONNX SequenceInsert.
package struct SequenceInsert: ValueOperator {
  package static let name = "SequenceInsert"

  package init() {}

  package func outputTypes(forValues inputs: Inputs<ValueType>) throws(ShapeError) -> [ValueType] {
    let (element, new) = (try inputs[0].sequenceElement, try inputs[1].withoutContents)
    if let old = element.tensor, let new = new.tensor { try new.require(old.dtype) }
    return [.sequence(element.common(with: new))]
  }

  package func evaluate(values inputs: Inputs<Datum>) throws -> [Datum] {
    var elements = try inputs[0].sequence
    var place = elements.count
    if inputs.optional(2) != nil {
      let position = try inputs.position(2)
      place = position < 0 ? position &+ elements.count : position
      guard place >= 0, place <= elements.count else {
        throw ShapeError.indexOutOfRange(position, length: elements.count + 1)
      }
    }
    elements.insert(try inputs[1], at: place)
    return [.sequence(elements)]
  }
}
