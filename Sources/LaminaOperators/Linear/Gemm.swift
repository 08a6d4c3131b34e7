import LaminaCore

/// Multiplies two matrices and adds a third.
///
///     y = alpha · a · b + beta · c
///
/// - Inputs: `a`, M×K and `b`, K×N, or their transposes; `c`, which broadcasts to M×N, optional.
/// - Outputs: `y`, M×N, the type of `a`.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``,
///   ``ShapeError/axisLengthMismatch(axis:expected:found:)``, ``ShapeError/notBroadcastable(_:_:)``.
/// - Source: ONNX Gemm (opset 13).
package struct Gemm: Operator {
  package static let name = "Gemm"

  package var alpha: Float
  package var beta: Float
  package var transposesA: Bool
  package var transposesB: Bool

  package init(
    alpha: Float = 1,
    beta: Float = 1,
    transposesA: Bool = false,
    transposesB: Bool = false
  ) {
    self.alpha = alpha
    self.beta = beta
    self.transposesA = transposesA
    self.transposesB = transposesB
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (a, b) = (try inputs[0], try inputs[1])
    try a.requireReal()
    try b.requireReal()
    try a.requireRank(2...2)
    try b.requireRank(2...2)
    let product = try MatrixProduct(a.shape, b.shape, transposesA, transposesB)
    try inputs.optional(2)?.requireBroadcast(to: product.shape)
    return [a.result(product.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    // Whole numbers are exact as doubles up to 2⁵³.
    return [
      y.dtype.isInteger || y.dtype == .float64
        ? try sum(inputs, y, in: Double.self) : try sum(inputs, y, in: Float.self)
    ]
  }

  private func sum<Element: FloatElement>(
    _ inputs: TensorInputs,
    _ y: TensorType,
    in type: Element.Type
  ) throws -> Tensor {
    let (a, b) = (try inputs[0], try inputs[1])
    let product = try MatrixProduct(a.shape, b.shape, transposesA, transposesB)
    var result = try product.floats(a, b, in: type)
    let addend = try inputs.optional(2)?.repeated(to: y.shape)
    if alpha != 1 || addend != nil {
      let (alpha, beta) = (Element(alpha), Element(beta))
      try result.withMutableElements(of: type) { buffer in
        for index in buffer.indices {
          buffer[index] = alpha * buffer[index] + beta * Element(addend?[index] ?? 0)
        }
      }
    }
    return try result.rounded(to: y.dtype)
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    MatMul(transposesA: transposesA, transposesB: transposesB)
      .cost(inputs: inputs, outputs: outputs)
  }
}
