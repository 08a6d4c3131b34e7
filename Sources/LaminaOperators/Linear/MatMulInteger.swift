import LaminaCore

/// Multiplies matrices of whole numbers without scales.
///
///     y = (a − aZero) · (b − bZero)
///
/// - Inputs: `a`, `b`, int8 or uint8, as for ``MatMul``; `aZero`, one number, one for each row, or a
///   tensor that broadcasts; `bZero`, one number, one for each column, or a tensor that broadcasts;
///   both optional.
/// - Outputs: `y`, int32.
/// - Errors: those of ``MatMul``.
/// - Source: ONNX MatMulInteger (opset 10).
package struct MatMulInteger: Operator {
  package static let name = "MatMulInteger"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (a, b) = (try inputs[0], try inputs[1])
    try a.requireInteger()
    try b.requireInteger()
    return [TensorType(.int32, try MatrixProduct(a.shape, b.shape, false, false).shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let a = try inputs[0].reals(nil, inputs.optional(2), isLeft: true)
    let b = try inputs[1].reals(nil, inputs.optional(3), isLeft: false)
    let product = try MatrixProduct(a.shape, b.shape, false, false)
    return [try product.floats(a, b, in: Double.self).cast(to: .int32)]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    MatMul().cost(inputs: inputs, outputs: outputs)
  }
}

extension Tensor {
  /// Returns scale · (code − zero point) of a factor of a matrix product, as doubles.
  ///
  /// A vector of parameters belongs to the rows of the left factor, to the columns of the right.
  func reals(_ scale: Tensor?, _ zeroPoint: Tensor?, isLeft: Bool) throws -> Tensor {
    let scales = try scale?.parameters(of: shape, isLeft: isLeft)
    let zeroPoints = try zeroPoint?.parameters(of: shape, isLeft: isLeft)
    let codes = try wide()
    return try Tensor.build(shape, of: Double.self) { target in
      for index in target.indices {
        target[index] = (codes[index] - (zeroPoints?[index] ?? 0)) * (scales?[index] ?? 1)
      }
    }
  }

  private func parameters(of target: Shape, isLeft: Bool) throws -> [Double] {
    let isColumn = isLeft && shape.rank == 1 && count > 1
    let aligned = try isColumn ? reshaped(to: [count, 1]) : count == 1 ? reshaped(to: []) : self
    try aligned.type.requireBroadcast(to: target)
    return try aligned.repeated(to: target)
  }
}
