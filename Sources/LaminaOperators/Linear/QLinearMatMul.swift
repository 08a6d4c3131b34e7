import LaminaCore

/// Multiplies matrices of codes, with scales and zero points given as inputs.
///
///     y = round(aScale · bScale / yScale · (a − aZero) · (b − bZero)) + yZero
///
/// Rounded half to even and kept within the range of the output's type. Parameters of `a` are one
/// number or one for each row, those of `b` one number or one for each column.
///
/// - Inputs: `a`, `aScale`, `aZero`, `b`, `bScale`, `bZero`, `yScale`, `yZero`.
/// - Outputs: `y`, the type of `yZero`.
/// - Errors: those of ``MatMul``.
/// - Source: ONNX QLinearMatMul (opset 21).
package struct QLinearMatMul: Operator {
  package static let name = "QLinearMatMul"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (a, b) = (try inputs[0], try inputs[3])
    try a.requireReal()
    try b.requireReal()
    let shape = try MatrixProduct(a.shape, b.shape, false, false).shape
    return [TensorType(inputs.optional(7)?.dtype ?? a.dtype, shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let a = try inputs[0].reals(inputs[1], inputs.optional(2), isLeft: true)
    let b = try inputs[3].reals(inputs[4], inputs.optional(5), isLeft: false)
    let product = try MatrixProduct(a.shape, b.shape, false, false)
    let reals = try product.floats(a, b, in: Double.self)
    return [
      try QuantizeLinear(axis: -2, outputType: y.dtype, precision: .float64)
        .evaluate([reals, inputs[6], inputs.optional(7)])[0]
    ]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    MatMul().cost(inputs: [inputs.optional(0), inputs.optional(3)], outputs: outputs)
  }
}
