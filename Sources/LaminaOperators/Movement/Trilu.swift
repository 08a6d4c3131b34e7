import LaminaCore

/// Keeps the upper or lower triangle of each matrix and clears the rest.
///
///     upper  y[…, i, j] = j ≥ i + k ? x[…, i, j] : 0
///     lower  y[…, i, j] = j ≤ i + k ? x[…, i, j] : 0
///
/// - Inputs: `x`, rank 2 or more; `k`, optional, one whole number.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``.
/// - Source: ONNX Trilu.
package struct Trilu: MovementOperator {
  package static let name = "Trilu"

  package var keepsUpper: Bool

  package init(keepsUpper: Bool) { self.keepsUpper = keepsUpper }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    try x.requireRank(2...Int.max)
    return [x.with(shape: x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs[0]
    let shape = try outputTypes(for: inputs.types)[0].shape
    let k = try inputs.optional(1)?.ints().first ?? 0
    let (rows, columns) = (shape[shape.rank - 2], shape[shape.rank - 1])
    var positions = try shape.positionArray()
    for position in positions.indices {
      let diagonal = (position / columns % rows).addingReportingOverflow(k).partialValue
      let column = position % columns
      let isKept = keepsUpper ? column >= diagonal : column <= diagonal
      positions[position] = isKept ? position : -1
    }
    return [try x.picking(positions, filling: x.filler(), shape)]
  }
}
