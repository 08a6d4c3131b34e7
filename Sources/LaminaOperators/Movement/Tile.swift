import LaminaCore

/// Repeats a tensor along each axis.
///
///     y[i, j, …] = x[i mod d₀, j mod d₁, …]
///
/// - Inputs: `x`; `repeats`, whole numbers, one for each axis, unless the attribute is given.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)`` for a negative or missing number.
/// - Source: ONNX Tile; TFLite TILE.
package struct Tile: MovementOperator {
  package static let name = "Tile"

  package var repeats: [Int]?

  package init(repeats: [Int]? = nil) { self.repeats = repeats }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    if repeats == nil, try inputs[1].contents == nil {
      return [x.with(shape: .unknown(rank: x.shape.rank))]
    }
    let repeats = try inputs.ints(repeats, or: 1) ?? []
    guard repeats.count == x.shape.rank, repeats.allSatisfy({ $0 >= 0 }) else {
      throw .invalidAttribute(
        "repeats",
        found: "\(repeats)",
        expected: "a count for each of \(x.shape.rank) axes"
      )
    }
    var dims: [Int] = []
    for (length, count) in zip(x.shape.dims, repeats) {
      let (product, overflow) = length.multipliedReportingOverflow(by: count)
      guard !overflow else { throw .tooLarge(x.shape) }
      dims.append(product)
    }
    return [x.with(shape: Shape(dims))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs[0]
    let shape = try outputTypes(for: inputs.types)[0].shape
    if try shape.count() == 0 { return [try Tensor(zeros: x.dtype, shape)] }
    _ = try shape.positionArray()
    let tables = zip(shape.dims, x.shape.dims).map { count, length in
      (0..<count).map { $0 % length }
    }
    return [try .picking(x.shape.positions(tables), from: [x], shape)]
  }
}
