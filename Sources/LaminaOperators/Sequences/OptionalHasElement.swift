import LaminaCore

/// Says whether an optional holds a value.
///
/// - Inputs: `x`, optional, any value; a tensor or sequence counts as present.
/// - Outputs: `y`, bool, rank 0.
/// - Errors: none.
/// - Source: ONNX OptionalHasElement.
package struct OptionalHasElement: ValueOperator {
  package static let name = "OptionalHasElement"

  package init() {}

  package func outputTypes(forValues inputs: Inputs<ValueType>) throws(ShapeError) -> [ValueType] {
    [.tensor(TensorType(.bool, []))]
  }

  package func evaluate(values inputs: Inputs<Datum>) throws -> [Datum] {
    let isPresent =
      switch inputs.optional(0) {
      case nil, .optional(.none)?: false
      default: true
      }
    return [.tensor(Tensor(scalar: isPresent))]
  }
}
