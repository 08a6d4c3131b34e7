import LaminaCore

/// Gives the value of a variable.
///
///     y = x
///
/// - Inputs: the handle; `x`, what the variable holds.
/// - Outputs: `y`.
/// - Errors: ``ShapeError/missingInput(_:)``.
/// - Source: TFLite READ_VARIABLE.
package struct ReadVariable: Operator {
  package static let name = "ReadVariable"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    [try inputs[1].with(shape: try inputs[1].shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] { [try inputs[1]] }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost { .none }
}
