import LaminaCore

/// Gives its input back.
///
///     y = x
///
/// - Inputs: `x`, any tensor.
/// - Outputs: `y`, the type of `x`.
/// - Errors: none but a wrong number of inputs.
/// - Source: ONNX Identity.
package struct Identity: MovementOperator {
  package static let name = "Identity"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    return [x.with(shape: x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] { [try inputs.only()] }
}
