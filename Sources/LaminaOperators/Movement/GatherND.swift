import LaminaCore

/// Takes parts of a tensor by tuples of positions.
///
///     y[b…, i…, :] = x[b…, indices[b…, i…, 0], indices[b…, i…, 1], …, :]
///
/// - Inputs: `x`; `indices`, whole numbers; its last axis holds the tuples, its first `batchDims`
///   axes are those of `x`.
/// - Outputs: `y`, the element type of `x`.
/// - Errors: ``ShapeError/indexOutOfRange(_:length:)``, or tuples longer than the rank of `x`.
/// - Source: ONNX GatherND; TFLite GATHER_ND.
package struct GatherND: MovementOperator {
  package static let name = "GatherND"

  package var batchDims: Int

  package init(batchDims: Int = 0) { self.batchDims = batchDims }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, indices) = (try inputs[0], try inputs[1])
    try indices.requireInteger()
    let width = try tupleWidth(indices.shape, into: x.shape, batchDims: batchDims)
    let dims = indices.shape.dims.dropLast() + x.shape.dims[(batchDims + width)...]
    return [x.with(shape: Shape(Array(dims)))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let type = try outputTypes(for: inputs.types)[0]
    let (x, indices) = (try inputs[0], try inputs[1])
    let sources = try tuplePositions(indices, into: x.shape, batchDims: batchDims)
    return [try .picking(sources, from: [x], type.shape)]
  }
}

/// Returns the length of the tuples in the last axis of `indices`, when they fit.
func tupleWidth(
  _ indices: Shape,
  into shape: Shape,
  batchDims: Int = 0
) throws(ShapeError) -> Int {
  guard let width = indices.dims.last, batchDims >= 0, batchDims < indices.rank,
    width >= 0, batchDims <= shape.rank, width <= shape.rank - batchDims
  else { throw .wrongRank(expected: "tuples of at most \(shape.rank) indices", found: indices) }
  for place in 0..<batchDims where indices[place] != shape[place] {
    throw .axisLengthMismatch(axis: place, expected: shape[place], found: indices[place])
  }
  return width
}

/// Returns the positions of the elements that tuples of indices mean: those of the part behind
/// each tuple, one after the other.
func tuplePositions(_ indices: Tensor, into shape: Shape, batchDims: Int = 0) throws -> [Int] {
  let width = try tupleWidth(indices.shape, into: shape, batchDims: batchDims)
  let tuples = try indices.ints()
  let tupleCount = Shape(Array(indices.shape.dims.dropLast())).elementCount ?? 0
  let batchCount = shape.product(0..<batchDims)
  let perBatch = batchCount == 0 ? 0 : tupleCount / batchCount
  let strides = shape.strides
  let part = shape.product(batchDims + width..<shape.rank)
  _ = try Shape([tupleCount, part]).positionArray()
  var positions: [Int] = []
  for tuple in 0..<tupleCount {
    var start = perBatch == 0 ? 0 : tuple / perBatch * shape.product(batchDims..<shape.rank)
    for place in 0..<width {
      let axis = batchDims + place
      start += try tuples[tuple * width + place].index(below: shape[axis]) * strides[axis]
    }
    positions.append(contentsOf: start..<start + part)
  }
  return positions
}
