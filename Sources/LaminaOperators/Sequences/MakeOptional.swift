import LaminaCore

/// Wraps a value that may be absent.
///
/// - Inputs: `x`, optional, a tensor or sequence.
/// - Outputs: `y`, an optional with that value, or an empty one.
/// - Errors: ``ShapeError/missingInput(_:)`` when neither a value nor a type is given.
/// - Source: ONNX Optional.
package struct MakeOptional: ValueOperator {
  package static let name = "MakeOptional"

  /// The type of the value that is absent.
  package var type: ValueType?

  package init(type: ValueType? = nil) { self.type = type }

  package func outputTypes(forValues inputs: Inputs<ValueType>) throws(ShapeError) -> [ValueType] {
    if let x = inputs.optional(0) { return [.optional(x.withoutContents)] }
    guard let type else { throw .missingInput(0) }
    return [.optional(type)]
  }

  package func evaluate(values inputs: Inputs<Datum>) throws -> [Datum] {
    [.optional(inputs.optional(0))]
  }

  package var displayName: String { "Optional" }
}
