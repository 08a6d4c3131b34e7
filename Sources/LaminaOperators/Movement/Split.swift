import LaminaCore

/// Cuts a tensor into parts along an axis.
///
/// Without sizes the parts are equal, ⌈length / count⌉ each, the last one smaller.
///
/// - Inputs: `x`; `sizes`, optional, whole numbers, of which one may be −1 for the rest; `axis`,
///   one whole number, unless the attribute is given.
/// - Outputs: `count` parts of the type of `x`.
/// - Errors: ``ShapeError/axisLengthMismatch(axis:expected:found:)`` when the sizes do not fill
///   the axis, ``ShapeError/invalidAttribute(_:found:expected:)`` when their number is wrong.
/// - Source: ONNX Split; TFLite SPLIT, SPLIT_V.
package struct Split: MovementOperator {
  package static let name = "Split"

  package var axis: Int?
  package var sizes: [Int]?
  /// The number of outputs.
  package var count: Int

  package init(axis: Int?, sizes: [Int]? = nil, count: Int) {
    self.axis = axis
    self.sizes = sizes
    self.count = count
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    guard count > 0, count < 1 << 20 else {
      throw .invalidAttribute("count", found: "\(count)", expected: "1 to \(1 << 20)")
    }
    let axis = try resolvedAxis(inputs)
    var sizes = [Int](repeating: Shape.unknown, count: count)
    if self.sizes != nil || inputs.optional(1) == nil || inputs.optional(1)?.contents != nil {
      sizes = try resolvedSizes(inputs, length: x.shape[axis], axis)
    }
    return sizes.map { size in
      var shape = x.shape
      shape[axis] = size
      return x.with(shape: shape)
    }
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs[0]
    let axis = try resolvedAxis(inputs.types)
    let strides = x.shape.strides
    var start = 0
    return try outputTypes(for: inputs.types).map { type in
      defer { start += type.shape[axis] }
      return try x.strided(to: type.shape, offset: start * strides[axis], strides: strides)
    }
  }

  private func resolvedAxis(_ inputs: TypeInputs) throws(ShapeError) -> Int {
    let shape = try inputs[0].shape
    if let axis { return try shape.axis(axis) }
    guard let axis = try inputs.ints(2).first else { throw .missingInput(2) }
    return try shape.axis(axis)
  }

  private func resolvedSizes(
    _ inputs: TypeInputs,
    length: Int,
    _ axis: Int
  ) throws(ShapeError) -> [Int] {
    guard var sizes = try inputs.ints(sizes, or: 1) else {
      let size = (length + count - 1) / count
      return (0..<count).map { min(size, max(length - $0 * size, 0)) }
    }
    let known = sizes.reduce(0) { $0 &+ max($1, 0) }
    if let open = sizes.firstIndex(of: -1) { sizes[open] = length &- known }
    guard sizes.count == count else {
      throw .invalidAttribute("sizes", found: "\(sizes.count) parts", expected: "\(count)")
    }
    guard sizes.allSatisfy({ $0 >= 0 && $0 <= length }), sizes.reduce(0, &+) == length else {
      throw .axisLengthMismatch(axis: axis, expected: length, found: sizes.reduce(0, &+))
    }
    return sizes
  }
}
