import LaminaCore

/// Takes the value out of an optional.
///
/// - Inputs: `x`, an optional that holds a value; a tensor or sequence stands for itself.
/// - Outputs: `y`, the value.
/// - Errors: ``ShapeError/other(_:)`` when it is empty.
/// - Source: ONNX OptionalGetElement.
package struct OptionalGetElement: ValueOperator {
  package static let name = "OptionalGetElement"

  package init() {}

  package func outputTypes(forValues inputs: Inputs<ValueType>) throws(ShapeError) -> [ValueType] {
    guard case .optional(let value) = try inputs.only() else { return [try inputs.only()] }
    return [value]
  }

  package func evaluate(values inputs: Inputs<Datum>) throws -> [Datum] {
    guard case .optional(let value) = try inputs.only() else { return [try inputs.only()] }
    guard let value else { throw ShapeError.other("the optional is empty") }
    return [value]
  }
}
