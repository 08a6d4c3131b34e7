import LaminaCore

/// Turns floats into uint8 codes by the range that they have, zero included.
///
///     scale = (max(x, 0) − min(x, 0)) / 255      zero = round(−min(x, 0) / scale)
///     y = round(x / scale) + zero, from 0 to 255
///
/// Rounded half to even. When all elements are zero the scale is 1 / 255.
///
/// - Inputs: `x`, float32.
/// - Outputs: `y`, uint8; `scale`, float32, and `zero`, uint8, of rank 0.
/// - Errors: ``ShapeError/wrongElementType(expected:found:)``.
/// - Source: ONNX DynamicQuantizeLinear (opset 11).
package struct DynamicQuantizeLinear: Operator {
  package static let name = "DynamicQuantizeLinear"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireArithmetic()
    return [
      TensorType(.uint8, x.shape), TensorType(.float32, []), TensorType(.uint8, []),
    ]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let x = try inputs.only()
    let values = try x.floats()
    let low = values.reduce(Float(0)) { $1 < $0 ? $1 : $0 }
    let high = values.reduce(Float(0)) { $1 > $0 ? $1 : $0 }
    let scale = (high == low ? 1 : high - low) / 255
    let zero = clampedCode(Double(-low / scale), zeroPoint: 0, 0...255)
    let codes = values.map { clampedCode(Double($0 / scale), zeroPoint: zero, 0...255) }
    return [
      try Tensor(.uint8, x.shape, rounding: codes), Tensor(scalar: scale),
      try Tensor(.uint8, [], rounding: [zero]),
    ]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(Array(outputs.prefix(1)), operationsPerElement: 5)
  }
}
