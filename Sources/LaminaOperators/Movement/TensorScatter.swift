import LaminaCore

/// Writes a run of positions into a cache, at a place of its own for each batch element.
///
///     y[b, …, (start[b] + s) mod length, …] = update[b, …, s, …]      mod only if circular
///
/// - Inputs: `cache`; `update`, of the same shape but shorter along `axis`; `starts`, optional,
///   one whole number for each batch element.
/// - Outputs: `y`, the type of `cache`.
/// - Errors: ``ShapeError/indexOutOfRange(_:length:)``, or shapes that do not fit.
/// - Source: ONNX TensorScatter.
package struct TensorScatter: Operator {
  package static let name = "TensorScatter"

  package var axis: Int
  /// Whether positions past the end start again at 0.
  package var isCircular: Bool

  package init(axis: Int = -2, isCircular: Bool = false) {
    self.axis = axis
    self.isCircular = isCircular
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (cache, update) = (try inputs[0], try inputs[1])
    let axis = try cache.shape.axis(axis)
    try update.require(cache.dtype)
    try update.requireRank(cache.shape.rank...cache.shape.rank)
    guard axis > 0 else { throw .axisOutOfRange(axis, rank: cache.shape.rank) }
    for place in 0..<cache.shape.rank {
      let (length, limit) = (update.shape[place], cache.shape[place])
      guard length == limit || place == axis && length < limit else {
        throw .axisLengthMismatch(axis: place, expected: limit, found: length)
      }
    }
    if let starts = inputs.optional(2) {
      try starts.requireInteger()
      guard starts.shape == [cache.shape[0]] else {
        throw .elementCountMismatch(from: starts.shape, to: [cache.shape[0]])
      }
    }
    return [cache.with(shape: cache.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let (cache, update) = (try inputs[0], try inputs[1])
    let axis = try cache.shape.axis(axis)
    let starts = try inputs.optional(2)?.ints() ?? [Int](repeating: 0, count: cache.shape[0])
    var tables = update.shape.dims.map { Array(0..<$0) }
    var positions: [Int] = []
    for batch in 0..<cache.shape[0] {
      tables[0] = [batch]
      tables[axis] = try (0..<update.shape[axis]).map { index in
        try place(starts[batch], index, cache.shape[axis])
      }
      positions += try cache.shape.positions(tables)
    }
    return [try cache.replacing(positions, with: update)]
  }

  private func place(_ start: Int, _ index: Int, _ length: Int) throws(ShapeError) -> Int {
    let place = start &+ index
    guard isCircular else { return try place.index(below: length) }
    return (place % length + length) % length
  }
}
