import LaminaCore

/// Computes the determinant of each matrix.
///
///     y = ± Π of the diagonal left by elimination with row exchanges
///
/// - Inputs: `x`, …×M×M, floating point.
/// - Outputs: `y`, the leading axes of `x`, the type of `x`.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``,
///   ``ShapeError/axisLengthMismatch(axis:expected:found:)`` when a matrix is not square.
/// - Source: ONNX Det (opset 22).
package struct Det: Operator {
  package static let name = "Det"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireArithmetic()
    let rank = x.shape.rank
    guard rank >= 2 else { throw .wrongRank(expected: "rank 2 or more", found: x.shape) }
    guard x.shape[rank - 1] == x.shape[rank - 2] else {
      throw .axisLengthMismatch(
        axis: rank - 1,
        expected: x.shape[rank - 2],
        found: x.shape[rank - 1]
      )
    }
    return [x.result(Shape(x.shape.dims.dropLast(2)))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let x = try inputs.only()
    let size = x.shape[x.shape.rank - 1]
    let values = try x.wide()
    let results = (0..<(try y.shape.count())).map { number in
      determinant(Array(values[number * size * size..<(number + 1) * size * size]), size)
    }
    return [try Tensor(y.dtype, y.shape, narrowing: results)]
  }

  private func determinant(_ matrix: [Double], _ size: Int) -> Double {
    var (m, result) = (matrix, 1.0)
    for column in 0..<size {
      let pivot = (column..<size).reduce(column) { best, row in
        abs(m[row * size + column]) > abs(m[best * size + column]) ? row : best
      }
      let value = m[pivot * size + column]
      if value == 0 { return 0 }
      if pivot != column {
        for k in 0..<size { m.swapAt(pivot * size + k, column * size + k) }
        result = -result
      }
      result *= value
      for row in column + 1..<max(size, column + 1) {
        let factor = m[row * size + column] / value
        for k in column..<size { m[row * size + k] -= factor * m[column * size + k] }
      }
    }
    return result
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .macs(inputs.optional(0)?.shape.elementCount ?? 0, inputs.optional(0)?.shape.dims.last ?? 0)
  }
}
