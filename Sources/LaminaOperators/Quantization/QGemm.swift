import LaminaCore

/// Multiplies two matrices of codes and adds a bias, with scales and zero points given as inputs.
///
///     real = alpha · aScale · bScale · ((a − aZero) · (b − bZero) + c)
///     y = round(real / yScale) + yZero      or real itself, when there is no `yScale`
///
/// - Inputs: `a`, `aScale`, `aZero`, `b`, `bScale`, `bZero`, `c`, `yScale`, `yZero`; `bScale` and
///   `bZero` are one number or one for each column; `c`, int32, broadcasts and is optional.
/// - Outputs: `y`, the type of `yZero`, or float32.
/// - Errors: those of ``Gemm``.
/// - Source: com.microsoft QGemm.
package struct QGemm: Operator {
  package static let name = "QGemm"

  package var alpha: Float
  package var transposesA: Bool
  package var transposesB: Bool

  package init(alpha: Float = 1, transposesA: Bool = false, transposesB: Bool = false) {
    self.alpha = alpha
    self.transposesA = transposesA
    self.transposesB = transposesB
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (a, b) = (try inputs[0], try inputs[3])
    try a.requireInteger()
    try b.requireInteger()
    try a.requireRank(2...2)
    try b.requireRank(2...2)
    let product = try MatrixProduct(a.shape, b.shape, transposesA, transposesB)
    try inputs.optional(6)?.requireBroadcast(to: product.shape)
    let isReal = inputs.optional(7) == nil
    return [
      TensorType(isReal ? .float32 : inputs.optional(8)?.dtype ?? a.dtype, product.shape)
    ]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let columnAxis = transposesB ? 0 : 1
    let a = try inputs[0].shifted(by: inputs.optional(2), axis: 0)
    let b = try inputs[3].shifted(by: inputs.optional(5), axis: columnAxis)
    let gemm = Gemm(transposesA: transposesA, transposesB: transposesB)
    let bias = try inputs.optional(6)?.cast(to: .float64)
    let sums = try gemm.evaluate([a, b, bias])[0]
    let factor = try inputs[1].scalar() * Double(alpha)
    let scales = try inputs[4].doubles().map { $0 * factor }
    let reals = try sums.scaled(by: Tensor([scales.count], scales), zeroPoint: nil, axis: 1)
    guard let scale = inputs.optional(7) else { return [try reals.rounded(to: .float32)] }
    return [
      try reals.coded(
        scale: scale.scalar(),
        zeroPoint: inputs.optional(8)?.scalar() ?? 0,
        as: y.dtype
      )
    ]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    MatMul(transposesA: transposesA, transposesB: transposesB)
      .cost(inputs: [inputs.optional(0), inputs.optional(3)], outputs: outputs)
  }
}
