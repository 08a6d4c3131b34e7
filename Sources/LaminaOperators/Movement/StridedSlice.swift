import LaminaCore

/// Takes a range of positions along each axis, as Python's index expressions do.
///
///     y = x[b₀:e₀:s₀, b₁:e₁:s₁, …]
///
/// Bit `i` of a mask changes the meaning of entry `i`: its begin or end is left open, it stands
/// for `…` (as many whole axes as are missing), for a new axis of length 1, or for a single index
/// whose axis disappears.
///
/// - Inputs: `x`; `begin`, `end` and `strides`, whole numbers, as many of each.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/indexOutOfRange(_:length:)`` for a single index outside,
///   ``ShapeError/invalidAttribute(_:found:expected:)`` for a stride of 0 or too many entries.
/// - Source: TFLite STRIDED_SLICE; TensorFlow strided_slice.
package struct StridedSlice: MovementOperator {
  package static let name = "StridedSlice"

  package var beginMask: Int
  package var endMask: Int
  package var ellipsisMask: Int
  package var newAxisMask: Int
  package var shrinkAxisMask: Int
  /// Whether an end is counted from its begin.
  package var endIsOffset: Bool

  package init(
    beginMask: Int,
    endMask: Int,
    ellipsisMask: Int,
    newAxisMask: Int,
    shrinkAxisMask: Int,
    endIsOffset: Bool = false
  ) {
    self.beginMask = beginMask
    self.endMask = endMask
    self.ellipsisMask = ellipsisMask
    self.newAxisMask = newAxisMask
    self.shrinkAxisMask = shrinkAxisMask
    self.endIsOffset = endIsOffset
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (_, shape) = try resolved(inputs)
    return [try inputs[0].with(shape: shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let (slices, shape) = try resolved(inputs.types)
    return [try inputs[0].sliced(slices).reshaped(to: shape)]
  }

  /// The slice along each axis of the input, and the result's shape.
  private func resolved(_ inputs: TypeInputs) throws(ShapeError) -> ([AxisSlice], Shape) {
    let x = try inputs[0].shape
    let (begin, end, steps) = (try inputs.ints(1), try inputs.ints(2), try inputs.ints(3))
    guard begin.count == end.count, begin.count == steps.count, begin.count < 32 else {
      throw .invalidAttribute(
        "begin",
        found: "\(begin.count), \(end.count) and \(steps.count) entries",
        expected: "as many of each, below 32"
      )
    }
    let plain = begin.indices.filter { !has(newAxisMask, $0) && !has(ellipsisMask, $0) }
    guard plain.count <= x.rank else { throw .axisOutOfRange(plain.count - 1, rank: x.rank) }
    var slices: [AxisSlice] = []
    var dims: [Int] = []
    for entry in begin.indices {
      if has(ellipsisMask, entry) {
        while slices.count < x.rank - plain.filter({ $0 > entry }).count {
          dims.append(x[slices.count])
          slices.append(AxisSlice(whole: x[slices.count]))
        }
      } else if has(newAxisMask, entry) {
        dims.append(1)
      } else {
        let slice = try slice(entry, begin[entry], end[entry], steps[entry], x[slices.count])
        slices.append(slice)
        if !has(shrinkAxisMask, entry) { dims.append(slice.length) }
      }
    }
    let rest = x.dims[slices.count...]
    return (slices + rest.map(AxisSlice.init(whole:)), Shape(dims + rest))
  }

  private func slice(
    _ entry: Int,
    _ begin: Int,
    _ end: Int,
    _ step: Int,
    _ length: Int
  ) throws(ShapeError) -> AxisSlice {
    if has(shrinkAxisMask, entry) {
      var single = AxisSlice(whole: 1)
      single.start = try (has(beginMask, entry) ? 0 : begin).index(below: length)
      return single
    }
    let end = endIsOffset ? begin &+ end : end
    return try AxisSlice(
      from: has(beginMask, entry) ? nil : begin,
      to: has(endMask, entry) ? nil : end,
      step: step,
      of: length
    )
  }

  private func has(_ mask: Int, _ entry: Int) -> Bool { mask >> entry & 1 == 1 }
}
