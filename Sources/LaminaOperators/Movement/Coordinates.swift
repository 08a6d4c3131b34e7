import LaminaCore

/// Gives the positions of the elements that are not zero, one line for each.
///
///     y[n, axis] = the index along `axis` of the n-th element that is not 0
///
/// - Inputs: `x`, real.
/// - Outputs: `y`, int64, N×rank, in row-major order of the elements.
/// - Errors: ``ShapeError/wrongElementType(expected:found:)``.
/// - Source: TFLite WHERE.
package struct Coordinates: Operator {
  package static let name = "Coordinates"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireReal()
    return [TensorType(.int64, [Shape.unknown, x.shape.rank])]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs.only()
    let axes = Array(zip(x.shape.strides, x.shape.dims))
    let positions = try nonZeroPositions(x)
    let lines = positions.flatMap { position in
      axes.map { stride, length in Int64(position / stride % length) }
    }
    return [Tensor([positions.count, axes.count], lines)]
  }
}
