import LaminaCore

/// Gives a variable a new value.
///
///     y = x
///
/// - Inputs: the handle; `x`, any tensor.
/// - Outputs: `y`, what the variable holds from here on.
/// - Errors: ``ShapeError/missingInput(_:)``.
/// - Source: TFLite ASSIGN_VARIABLE.
package struct AssignVariable: Operator {
  package static let name = "AssignVariable"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    [try inputs[1].with(shape: try inputs[1].shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] { [try inputs[1]] }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost { .none }
}
