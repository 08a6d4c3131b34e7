import LaminaCore

/// Takes parts of a tensor along an axis by their positions.
///
///     y[b…, p…, i…, q…] = x[b…, p…, indices[b…, i…], q…]
///
/// `b` are the leading axes that both inputs share, `p` the axes before `axis`, `q` those after.
///
/// - Inputs: `x`; `indices`, whole numbers; negative ones count from the end.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/indexOutOfRange(_:length:)``, ``ShapeError/axisOutOfRange(_:rank:)``.
/// - Source: ONNX Gather; TFLite GATHER, EMBEDDING_LOOKUP.
package struct Gather: MovementOperator {
  package static let name = "Gather"

  package var axis: Int
  /// The number of leading axes that both inputs share; negative values count from the rank of
  /// the indices.
  package var batchDims: Int

  package init(axis: Int = 0, batchDims: Int = 0) {
    self.axis = axis
    self.batchDims = batchDims
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, indices) = (try inputs[0], try inputs[1])
    try indices.requireInteger()
    let axis = try x.shape.axis(axis)
    let batch = try batch(x.shape, indices.shape, axis)
    let dims = x.shape.dims[..<axis] + indices.shape.dims[batch...] + x.shape.dims[(axis + 1)...]
    return [x.with(shape: Shape(Array(dims)))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let type = try outputTypes(for: inputs.types)[0]
    let (x, indices) = (try inputs[0], try inputs[1])
    let axis = try x.shape.axis(axis)
    let batch = try batch(x.shape, indices.shape, axis)
    let length = x.shape[axis]
    let chosen = try indices.ints().map { try $0.index(below: length) }
    let perBatch = indices.shape.product(batch..<indices.shape.rank)
    let before = x.shape.product(batch..<axis)
    let after = x.shape.product(axis + 1..<x.shape.rank)
    var sources: [Int] = []
    _ = try type.shape.positionArray()
    sources.reserveCapacity(try type.shape.count())
    for outer in 0..<x.shape.product(0..<axis) {
      let first = outer / max(before, 1) * perBatch
      for index in chosen[first..<first + perBatch] {
        let start = (outer * length + index) * after
        sources.append(contentsOf: start..<start + after)
      }
    }
    return [try .picking(sources, from: [x], type.shape)]
  }

  private func batch(_ x: Shape, _ indices: Shape, _ axis: Int) throws(ShapeError) -> Int {
    let batch = batchDims < 0 ? batchDims &+ indices.rank : batchDims
    guard batch >= 0, batch <= min(axis, indices.rank) else {
      throw .invalidAttribute(
        "batchDims",
        found: "\(batchDims)",
        expected: "0 to \(min(axis, indices.rank))"
      )
    }
    for place in 0..<batch where x[place] != indices[place] {
      throw .axisLengthMismatch(axis: place, expected: x[place], found: indices[place])
    }
    return batch
  }
}
