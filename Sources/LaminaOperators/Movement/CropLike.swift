import LaminaCore

/// Cuts a tensor to the lengths of another one along the last axes.
///
///     y[…, i, j] = x[…, i + offset, j + offset]
///
/// - Inputs: `x`; `reference`, whose shape alone counts.
/// - Outputs: `y`, the type of `x`, with the lengths of `reference` from `axis` on.
/// - Errors: ``ShapeError/axisOutOfRange(_:rank:)``,
///   ``ShapeError/invalidAttribute(_:found:expected:)`` when an offset leads outside of `x`.
/// - Source: Caffe Crop; MXNet Crop.
package struct CropLike: MovementOperator {
  package static let name = "CropLike"

  /// The first axis that is cut.
  package var axis: Int
  /// Where each axis begins from `axis` on; one number counts for all, none for the middle.
  package var offsets: [Int]

  package init(axis: Int, offsets: [Int]) {
    self.axis = axis
    self.offsets = offsets
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    return [x.with(shape: Shape(try ranges(x.shape, try inputs[1].shape).map(\.count)))]
  }

  private func ranges(_ x: Shape, _ reference: Shape) throws(ShapeError) -> [Range<Int>] {
    guard x.rank == reference.rank else {
      throw .wrongRank(expected: "rank \(x.rank)", found: reference)
    }
    let first = try x.axis(axis)
    guard [0, 1, x.rank - first].contains(offsets.count) else {
      throw .invalidAttribute(
        "offsets",
        found: "\(offsets)",
        expected: "one, or \(x.rank - first)"
      )
    }
    var ranges = x.dims.map { 0..<$0 }
    for axis in first..<x.rank {
      let length = reference[axis]
      let start =
        offsets.isEmpty
        ? (x[axis] - length) / 2 : offsets.count == 1 ? offsets[0] : offsets[axis - first]
      guard start >= 0, start <= x[axis], length <= x[axis] - start else {
        throw .invalidAttribute(
          "offsets",
          found: "\(start) + \(length)",
          expected: "at most \(x[axis])"
        )
      }
      ranges[axis] = start..<start + length
    }
    return ranges
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs[0]
    let ranges = try ranges(x.shape, try inputs[1].shape)
    let slice = Slice(
      starts: ranges.map(\.lowerBound),
      ends: ranges.map(\.upperBound),
      axes: Array(ranges.indices)
    )
    return try slice.evaluate([x])
  }
}
