import LaminaCore

/// Gives its input back, which may be a sequence, an optional or a map.
///
///     y = x
///
/// - Inputs: `x`, any value.
/// - Outputs: `y`, the type of `x`.
/// - Errors: none but a wrong number of inputs.
/// - Source: ONNX Identity.
package struct IdentityValue: ValueOperator {
  package static let name = "IdentityValue"

  package init() {}

  package func outputTypes(forValues inputs: Inputs<ValueType>) throws(ShapeError) -> [ValueType] {
    [try inputs.only()]
  }

  package func evaluate(values inputs: Inputs<Datum>) throws -> [Datum] { [try inputs.only()] }

  package var displayName: String { "Identity" }
}
