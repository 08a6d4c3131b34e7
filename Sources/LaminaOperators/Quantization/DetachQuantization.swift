import LaminaCore

/// Lets codes be plain whole numbers from here on.
///
///     y = code of x
///
/// - Inputs: `x`, a quantized tensor.
/// - Outputs: `y`, its codes without quantization.
/// - Source: Lamina's own.
package struct DetachQuantization: MovementOperator {
  package static let name = "DetachQuantization"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireInteger()
    return [TensorType(x.dtype, x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    [try inputs.only().with(quantization: nil)]
  }
}
