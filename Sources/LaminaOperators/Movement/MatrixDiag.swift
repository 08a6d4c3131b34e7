import LaminaCore

/// Makes square matrices with given diagonals, zero elsewhere.
///
///     y[…, i, j] = i = j ? x[…, i] : 0
///
/// - Inputs: `x`, rank 1 or more.
/// - Outputs: `y`, the element type of `x`, of rank one higher.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``.
/// - Source: TFLite MATRIX_DIAG.
package struct MatrixDiag: MovementOperator {
  package static let name = "MatrixDiag"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireRank(1...Int.max)
    return [x.with(shape: Shape(x.shape.dims + x.shape.dims.suffix(1)))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs.only()
    let shape = try outputTypes(for: inputs.types)[0].shape
    let n = shape[shape.rank - 1]
    var positions = try shape.positionArray()
    for position in positions.indices {
      positions[position] = position % n == position / n % n ? position / n : -1
    }
    return [try x.picking(positions, filling: x.filler(), shape)]
  }
}
