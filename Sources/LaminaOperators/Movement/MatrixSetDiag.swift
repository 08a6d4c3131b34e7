import LaminaCore

/// Replaces the diagonals of matrices.
///
///     y[…, i, j] = i = j ? diagonal[…, i] : x[…, i, j]
///
/// - Inputs: `x`, rank 2 or more, …×m×n; `diagonal`, …×min(m, n).
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/elementCountMismatch(from:to:)`` when the diagonal has another shape.
/// - Source: TFLite MATRIX_SET_DIAG.
package struct MatrixSetDiag: MovementOperator {
  package static let name = "MatrixSetDiag"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, diagonal) = (try inputs[0], try inputs[1])
    try x.requireRank(2...Int.max)
    try diagonal.require(x.dtype)
    let length = min(x.shape[x.shape.rank - 1], x.shape[x.shape.rank - 2])
    let expected = Shape(x.shape.dims.dropLast(2) + [length])
    guard diagonal.shape == expected else {
      throw .elementCountMismatch(from: diagonal.shape, to: expected)
    }
    return [x.with(shape: x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let (x, diagonal) = (try inputs[0], try inputs[1])
    let shape = try outputTypes(for: inputs.types)[0].shape
    let (m, n) = (shape[shape.rank - 2], shape[shape.rank - 1])
    let length = max(min(m, n), 1)
    let positions = (0..<diagonal.count).map { index in
      index / length * m * n + index % length * (n + 1)
    }
    return [try x.replacing(positions, with: diagonal)]
  }
}
