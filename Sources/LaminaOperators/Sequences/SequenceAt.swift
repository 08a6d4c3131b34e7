import LaminaCore

/// Takes one element of a sequence.
///
///     y = x[position]
///
/// - Inputs: `x`, a sequence; `position`, one whole number, from the end when negative.
/// - Outputs: `y`, the element.
/// - Errors: ``ShapeError/indexOutOfRange(_:length:)``.
/// - Source: ONNX SequenceAt.
package struct SequenceAt: ValueOperator {
  package static let name = "SequenceAt"

  package init() {}

  package func outputTypes(forValues inputs: Inputs<ValueType>) throws(ShapeError) -> [ValueType] {
    [try inputs[0].sequenceElement]
  }

  package func evaluate(values inputs: Inputs<Datum>) throws -> [Datum] {
    let elements = try inputs[0].sequence
    return [elements[try inputs.position(1).index(below: elements.count)]]
  }
}

extension ValueType {
  /// The type of a sequence's elements; unknown when this is not known to be a sequence.
  ///
  /// - Throws: ``ShapeError/other(_:)`` when it is known to be something else.
  var sequenceElement: ValueType {
    get throws(ShapeError) {
      switch self {
      case .sequence(let element): return element
      case .optional(let value): return try value.sequenceElement
      case .unknown: return .unknown
      default: throw .other("expected a sequence, found \(self)")
      }
    }
  }
}

extension Inputs where Element == Datum {
  /// The only element of an input that is a position.
  func position(_ index: Int) throws -> Int {
    guard let position = try self[index].tensor.ints().first else {
      throw ShapeError.missingInput(index)
    }
    return position
  }
}
