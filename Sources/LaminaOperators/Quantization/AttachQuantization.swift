import LaminaCore

/// Lets whole numbers stand for real ones from here on; the codes stay as they are.
///
///     y = scale · (x − zeroPoint), stored as x
///
/// The scale and zero point are those of the output's type. Passes make this operator where a
/// file gives the meaning of codes beside them.
///
/// - Inputs: `x`, an integer tensor.
/// - Outputs: `y`, the same codes with a quantization.
/// - Source: Lamina's own.
package struct AttachQuantization: MovementOperator {
  package static let name = "AttachQuantization"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireInteger()
    return [x.with(shape: x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] { [try inputs.only()] }
}
