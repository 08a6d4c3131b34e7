import LaminaCore

/// Turns pairs of features by angles that depend on the position in the sequence.
///
///     y₁ = cos · x₁ − sin · x₂      y₂ = sin · x₁ + cos · x₂
///
/// The pairs are neighbours, or a feature of the first half with one of the second half. Features
/// after the first `dimensions` stay.
///
/// - Inputs: `x`, N×heads×L×D, or N×L×(heads · D); `cos`, `sin`, P×(dimensions / 2) with `positions`,
///   else N×L×(dimensions / 2); `positions`, N×L, optional.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``,
///   ``ShapeError/invalidAttribute(_:found:expected:)``, ``ShapeError/indexOutOfRange(_:length:)``.
/// - Source: ONNX RotaryEmbedding (opset 23).
package struct RotaryEmbedding: Operator {
  package static let name = "RotaryEmbedding"

  /// Whether pairs are neighbours.
  package var isInterleaved: Bool
  /// How many features of a head are turned; 0 for all.
  package var dimensions: Int
  /// The number of heads of a tensor of rank 3.
  package var headCount: Int

  package init(isInterleaved: Bool = false, dimensions: Int = 0, headCount: Int = 0) {
    self.isInterleaved = isInterleaved
    self.dimensions = dimensions
    self.headCount = headCount
  }

  /// Lengths and strides of `x`.
  private struct Heads {
    var (batch, heads, length, size) = (0, 0, 0, 0)
    var (headStride, positionStride) = (0, 0)
    var turned = 0
  }

  private func heads(_ x: Shape) throws(ShapeError) -> Heads {
    var result = Heads()
    if x.rank == 4 {
      (result.batch, result.heads, result.length, result.size) = (x[0], x[1], x[2], x[3])
      (result.headStride, result.positionStride) = (x[2] * x[3], x[3])
    } else {
      guard x.rank == 3, headCount > 0, x[2] % headCount == 0 else {
        throw .wrongRank(expected: "rank 4, or rank 3 with headCount", found: x)
      }
      (result.batch, result.heads, result.length) = (x[0], headCount, x[1])
      result.size = x[2] / headCount
      (result.headStride, result.positionStride) = (result.size, x[2])
    }
    result.turned = dimensions == 0 ? result.size : dimensions
    guard 0...result.size ~= result.turned, result.turned % 2 == 0 else {
      throw .invalidAttribute(
        "dimensions",
        found: "\(result.turned)",
        expected: "an even number up to \(result.size)"
      )
    }
    return result
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, cos) = (try inputs[0], try inputs[1])
    try x.requireArithmetic()
    let heads = try heads(x.shape)
    try inputs[2].requireShape(cos.shape)
    if let positions = inputs.optional(3) {
      try positions.requireShape([heads.batch, heads.length])
      try cos.requireRank(2...2)
      try cos.requireShape([cos.shape[0], heads.turned / 2])
    } else {
      try cos.requireShape([heads.batch, heads.length, heads.turned / 2])
    }
    return [x.result(x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let x = try inputs[0]
    let heads = try heads(x.shape)
    let (cos, sin) = (try inputs[1].wide(), try inputs[2].wide())
    let rows = try inputs.optional(3)?.ints() ?? Array(0..<heads.batch * heads.length)
    let (half, rowCount) = (heads.turned / 2, try inputs[1].shape[0])
    var y = try x.wide()
    for batch in 0..<heads.batch {
      for position in 0..<heads.length {
        let row = rows[batch * heads.length + position]
        guard inputs.optional(3) == nil || 0..<rowCount ~= row else {
          throw ShapeError.indexOutOfRange(row, length: rowCount)
        }
        for head in 0..<heads.heads {
          let start =
            batch * heads.heads * heads.length * heads.size
            + head * heads.headStride + position * heads.positionStride
          for pair in 0..<half {
            let first = start + (isInterleaved ? 2 * pair : pair)
            let second = isInterleaved ? first + 1 : first + half
            let (c, s, a, b) = (cos[row * half + pair], sin[row * half + pair], y[first], y[second])
            y[first] = c * a - s * b
            y[second] = s * a + c * b
          }
        }
      }
    }
    return [try Tensor(x.dtype, x.shape, narrowing: y)]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: 3)
  }
}
