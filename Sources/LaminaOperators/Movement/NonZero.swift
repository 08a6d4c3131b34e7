import LaminaCore

/// Gives the positions of the elements that are not zero, axis by axis.
///
///     y[axis, n] = the index along `axis` of the n-th element that is not 0
///
/// - Inputs: `x`, real.
/// - Outputs: `y`, int64, rank×N, in row-major order of the elements.
/// - Errors: ``ShapeError/wrongElementType(expected:found:)``.
/// - Source: ONNX NonZero.
package struct NonZero: Operator {
  package static let name = "NonZero"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireReal()
    return [TensorType(.int64, [x.shape.rank, Shape.unknown])]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs.only()
    let positions = try nonZeroPositions(x)
    let columns = zip(x.shape.strides, x.shape.dims).flatMap { stride, length in
      positions.map { Int64($0 / stride % length) }
    }
    return [Tensor([x.shape.rank, positions.count], columns)]
  }
}

/// The positions of the elements that are not zero, in order.
func nonZeroPositions(_ x: Tensor) throws -> [Int] {
  try x.doubles().enumerated().filter { $0.element != 0 }.map(\.offset)
}
