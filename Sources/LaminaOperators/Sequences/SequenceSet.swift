import LaminaCore

/// Replaces one element of a sequence.
///
///     y = x but y[position] = value
///
/// - Inputs: `x`, a sequence; `position`, one whole number; `value`, the new element.
/// - Outputs: `y`, a sequence.
/// - Errors: ``ShapeError/indexOutOfRange(_:length:)``.
/// - Source: TensorFlow TensorListSetItem, TensorArrayWriteV3.
package struct SequenceSet: ValueOperator {
  package static let name = "SequenceSet"

  package init() {}

  package func outputTypes(forValues inputs: Inputs<ValueType>) throws(ShapeError) -> [ValueType] {
    let (element, new) = (try inputs[0].sequenceElement, try inputs[2].withoutContents)
    return [.sequence(element.common(with: new))]
  }

  package func evaluate(values inputs: Inputs<Datum>) throws -> [Datum] {
    var elements = try inputs[0].sequence
    let position = try inputs.position(1)
    guard elements.indices.contains(position) else {
      throw ShapeError.indexOutOfRange(position, length: elements.count)
    }
    elements[position] = try inputs[2]
    return [.sequence(elements)]
  }
}
