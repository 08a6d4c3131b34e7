import LaminaCore

/// Writes values at given positions into a tensor of one default value.
///
///     y[indices[n]] = values[n], else default
///
/// - Inputs: `indices`, whole numbers: one position, N of them, or N×rank; `shape`; `values`, one
///   or N; `default`, one element.
/// - Outputs: `y`, the element type of `values`.
/// - Errors: ``ShapeError/indexOutOfRange(_:length:)``, or counts that differ.
/// - Source: TFLite SPARSE_TO_DENSE.
package struct SparseToDense: Operator {
  package static let name = "SparseToDense"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (values, standard) = (try inputs[2], try inputs[3])
    try inputs[0].requireInteger()
    try inputs[0].requireRank(0...2)
    try standard.require(values.dtype)
    guard standard.shape.elementCount == 1 else {
      throw .elementCountMismatch(from: standard.shape, to: [])
    }
    guard try inputs[1].contents != nil else {
      return [values.with(shape: .unknown(rank: try inputs[1].shape.count()))]
    }
    let shape = Shape(try inputs.ints(1))
    _ = try shape.count()
    return [values.with(shape: shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let type = try outputTypes(for: inputs.types)[0]
    let (indices, values) = (try inputs[0], try inputs[2])
    let width = indices.shape.rank == 2 ? indices.shape[1] : 1
    let count = indices.shape.rank == 0 ? 1 : indices.shape[0]
    let tuples = try indices.reshaped(to: [count, width])
    let positions = try tuplePositions(tuples, into: type.shape)
    guard width == type.shape.rank, values.count == 1 || values.count == count else {
      throw ShapeError.elementCountMismatch(from: values.shape, to: [count])
    }
    let spread = try values.count == count ? values : values.strided(to: [count], strides: [0])
    let base = try inputs[3].reshaped(to: [])
    let rank0 = [Int](repeating: 0, count: type.shape.rank)
    return [try base.strided(to: type.shape, strides: rank0).replacing(positions, with: spread)]
  }
}
