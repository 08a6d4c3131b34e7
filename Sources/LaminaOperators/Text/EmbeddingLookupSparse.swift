import LaminaCore

/// Combines the embeddings that a sparse tensor names.
///
///     y[b…, :] = Σ wᵢ · values[idᵢ, :] / d, over all i with indices[i, :] = (b…, any)
///
/// `d` is 1 for a sum, Σ wᵢ for a mean, and √Σ wᵢ² for the root; an entry without ids is 0.
///
/// - Inputs: `ids`, K whole numbers; `indices`, K×rank, where in the sparse tensor they stand;
///   `shape`, its lengths; `weights`, K floats; `values`, N×rest, float.
/// - Outputs: `y`, the lengths of the sparse tensor but the last, then the rest of `values`.
/// - Errors: ``ShapeError/indexOutOfRange(_:length:)``, ``ShapeError/axisLengthMismatch(axis:expected:found:)``.
/// - Source: TFLite EMBEDDING_LOOKUP_SPARSE.
package struct EmbeddingLookupSparse: Operator {
  package static let name = "EmbeddingLookupSparse"

  package enum Combiner: Int, Hashable, Sendable { case sum, mean, root }

  package var combiner: Combiner

  package init(_ combiner: Combiner) { self.combiner = combiner }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (ids, indices, shape, values) = (try inputs[0], try inputs[1], try inputs[2], try inputs[4])
    try ids.requireInteger()
    try ids.requireRank(1...1)
    try indices.requireInteger()
    try indices.requireRank(2...2)
    try shape.requireInteger()
    try shape.requireVector(indices.shape[1])
    guard indices.shape[0] == ids.shape[0], indices.shape[1] >= 1 else {
      throw .wrongRank(expected: "\(ids.shape[0]) tuples", found: indices.shape)
    }
    try inputs[3].requireFloatingPoint()
    try inputs[3].requireVector(ids.shape[0])
    try values.requireFloatingPoint()
    guard values.shape.rank >= 2 else {
      throw .wrongRank(expected: "rank 2 or more", found: values.shape)
    }
    var lengths = [Int](repeating: Shape.unknown, count: indices.shape[1] - 1)
    if shape.contents != nil { lengths = try inputs.ints(2).dropLast() }
    guard lengths.allSatisfy({ $0 >= 0 || $0 == Shape.unknown && shape.contents == nil }) else {
      throw .invalidAttribute("shape", found: "\(lengths)", expected: "lengths from 0")
    }
    return [values.with(shape: Shape(lengths + values.shape.dims.dropFirst()))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let type = try outputTypes(for: inputs.types)[0]
    let (ids, tuples) = (try inputs[0].ints(), try inputs[1].ints())
    let (weights, values) = (try inputs[3].floats(), try inputs[4])
    let table = try values.floats()
    let width = values.shape.product(1..<values.shape.rank)
    let axes = try inputs[1].shape[1] - 1
    let rows = Shape(Array(type.shape.dims[..<axes]))
    var sums = try type.shape.zeros(Float.self)
    var (totals, squares) = (try rows.zeros(Float.self), try rows.zeros(Float.self))
    for (number, id) in ids.enumerated() {
      guard 0..<values.shape[0] ~= id else {
        throw ShapeError.indexOutOfRange(id, length: values.shape[0])
      }
      var row = 0
      for axis in 0..<axes {
        let index = tuples[number * (axes + 1) + axis]
        guard 0..<rows[axis] ~= index else {
          throw ShapeError.indexOutOfRange(index, length: rows[axis])
        }
        row += index * rows.strides[axis]
      }
      let weight = weights[number]
      totals[row] += weight
      squares[row] += weight * weight
      for column in 0..<width { sums[row * width + column] += weight * table[id * width + column] }
    }
    divide(&sums, width, totals, squares)
    return [try Tensor(type.shape, rounding: sums, to: type.dtype)]
  }

  private func divide(_ sums: inout [Float], _ width: Int, _ totals: [Float], _ squares: [Float]) {
    for row in totals.indices where combiner != .sum && squares[row] > 0 {
      let divisor = combiner == .mean ? totals[row] : squares[row].squareRoot()
      for index in row * width..<(row + 1) * width { sums[index] /= divisor }
    }
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    let width = inputs.optional(4)?.shape.dims.dropFirst().reduce(1, &*) ?? 0
    return .macs(inputs.optional(0)?.shape.elementCount ?? 0, width)
  }
}
