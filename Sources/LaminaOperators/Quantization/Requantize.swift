import LaminaCore

/// Passes real numbers on; between quantized values it changes what the codes mean.
///
///     y = x
///
/// Codes are taken to real numbers before and back to codes after, as for every operator.
///
/// - Inputs: `x`, real numbers.
/// - Outputs: `y`, float32; float64 for float64.
/// - Errors: ``ShapeError/wrongElementType(expected:found:)``.
/// - Source: TFLite QUANTIZE, DEQUANTIZE.
package struct Requantize: Operator {
  package static let name = "Requantize"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireReal()
    return [TensorType(x.dtype == .float64 ? .float64 : .float32, x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    return [try inputs.only().rounded(to: y.dtype)]
  }
}
