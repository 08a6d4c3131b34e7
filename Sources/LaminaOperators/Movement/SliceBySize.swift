import LaminaCore

/// Takes a box of positions: where it begins and how long it is along every axis.
///
///     y[i, …] = x[begin + i, …]      for i from 0 to size − 1
///
/// - Inputs: `x`; `begin` and `size`, whole numbers, one for each axis; a size of −1 means the rest.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/indexOutOfRange(_:length:)`` when the box leaves the tensor.
/// - Source: TFLite SLICE.
package struct SliceBySize: MovementOperator {
  package static let name = "SliceBySize"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    guard try inputs.knowContents(1, 2) else {
      return [x.with(shape: .unknown(rank: x.shape.rank))]
    }
    return [x.with(shape: Shape(try slices(inputs).map(\.length)))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    [try inputs[0].sliced(slices(inputs.types))]
  }

  private func slices(_ inputs: TypeInputs) throws(ShapeError) -> [AxisSlice] {
    let (shape, begin, size) = (try inputs[0].shape, try inputs.ints(1), try inputs.ints(2))
    guard begin.count == shape.rank, size.count == shape.rank else {
      throw .invalidAttribute(
        "begin",
        found: "\(begin.count) and \(size.count)",
        expected: "\(shape.rank) of each"
      )
    }
    var slices = shape.dims.map(AxisSlice.init(whole:))
    for axis in slices.indices {
      let start = begin[axis]
      guard start >= 0, start <= shape[axis] else {
        throw .indexOutOfRange(start, length: shape[axis])
      }
      let length = size[axis] == -1 ? shape[axis] - start : size[axis]
      guard length >= 0, length <= shape[axis] - start else {
        throw .indexOutOfRange(start &+ length, length: shape[axis])
      }
      slices[axis].start = start
      slices[axis].length = length
    }
    return slices
  }
}
