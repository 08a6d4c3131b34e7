import LaminaCore

/// Takes single elements by their position along an axis.
///
///     y[i, j, k] = x[i, indices[i, j, k], k]      for axis 1
///
/// - Inputs: `x`; `indices`, whole numbers of the same rank, elsewhere no longer than `x`.
/// - Outputs: `y`, the element type of `x`, the shape of `indices`.
/// - Errors: ``ShapeError/indexOutOfRange(_:length:)``, or shapes that do not fit.
/// - Source: ONNX GatherElements.
package struct GatherElements: MovementOperator {
  package static let name = "GatherElements"

  package var axis: Int

  package init(axis: Int = 0) { self.axis = axis }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, indices) = (try inputs[0], try inputs[1])
    _ = try x.shape.axis(axis)
    try checkElementIndices(indices, into: x.shape, axis: axis)
    return [x.with(shape: indices.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let (x, indices) = (try inputs[0], try inputs[1])
    let sources = try elementPositions(indices, into: x.shape, axis: axis)
    return [try .picking(sources, from: [x], indices.shape)]
  }
}

/// Checks that indices along one axis have the rank of the tensor and reach no further elsewhere.
func checkElementIndices(
  _ indices: TensorType,
  into shape: Shape,
  axis: Int
) throws(ShapeError) {
  try indices.requireInteger()
  let axis = try shape.axis(axis)
  try indices.requireRank(shape.rank...shape.rank)
  for place in 0..<shape.rank where place != axis && indices.shape[place] > shape[place] {
    throw .axisLengthMismatch(axis: place, expected: shape[place], found: indices.shape[place])
  }
}

/// Returns the position in a tensor of `shape` that each index along `axis` means.
func elementPositions(_ indices: Tensor, into shape: Shape, axis: Int) throws -> [Int] {
  let axis = try shape.axis(axis)
  let chosen = try indices.ints().map { try $0.index(below: shape[axis]) }
  var strides = shape.strides
  let step = strides[axis]
  strides[axis] = 0
  var positions = try indices.shape.positionArray()
  indices.shape.forEachOffset([strides]) { position, offsets in
    positions[position] = offsets[0] + chosen[position] * step
  }
  return positions
}
