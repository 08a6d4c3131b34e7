import LaminaCore

/// Gives each different element, or each different part along an axis, once.
///
/// - Inputs: `x`, real numbers or text.
/// - Outputs: `y`, the element type of `x`, in ascending order or in that of first appearance;
///   `first`, where each appears first; `inverse`, which of `y` each of `x` is; `counts`, how
///   often each appears.
/// - Errors: ``ShapeError/axisOutOfRange(_:rank:)``.
/// - Source: ONNX Unique.
package struct Unique: Operator {
  package static let name = "Unique"

  /// The axis along which parts are compared; `nil` compares elements.
  package var axis: Int?
  package var sorted: Bool
  package var indexType: DataType

  package init(axis: Int? = nil, sorted: Bool = true, indexType: DataType = .int64) {
    self.axis = axis
    self.sorted = sorted
    self.indexType = indexType
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    if x.dtype != .string { try x.requireReal() }
    var shape = axis == nil ? [try x.shape.count()] : x.shape
    let axis = try shape.axis(axis ?? 0)
    let total = shape[axis]
    shape[axis] = Shape.unknown
    let indexes = TensorType(indexType, [Shape.unknown])
    return [x.with(shape: shape), indexes, TensorType(indexType, [total]), indexes]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let input = try inputs.only()
    let x = axis == nil ? try input.reshaped(to: [input.count]) : input
    let axis = try x.shape.axis(axis ?? 0)
    let groups: Groups
    switch x.dtype {
    case .string: groups = try Groups(parts(x.strings, x.shape, axis), sorted: sorted)
    case .int64, .uint64:
      groups = try Groups(parts(x.ints(), x.shape, axis), sorted: sorted)
    default: groups = try Groups(parts(x.doubles(), x.shape, axis), sorted: sorted)
    }
    var tables = x.shape.dims.map { Array(0..<$0) }
    tables[axis] = groups.first
    let shape = Shape(tables.map(\.count))
    let y = try Tensor.picking(x.shape.positions(tables), from: [x], shape)
    return try [y]
      + [groups.first, groups.inverse, groups.counts].map { numbers in
        try Tensor(indexType, [numbers.count], rounding: numbers.map(Double.init))
      }
  }

  /// The elements of each part along an axis.
  private func parts<Element>(
    _ elements: [Element],
    _ shape: Shape,
    _ axis: Int
  ) throws -> [[Element]] {
    var tables = shape.dims.map { Array(0..<$0) }
    return try (0..<shape[axis]).map { index in
      tables[axis] = [index]
      return try shape.positions(tables).map { elements[$0] }
    }
  }

  /// Equal things put together.
  private struct Groups {
    var first: [Int] = []
    var inverse: [Int] = []
    var counts: [Int] = []

    init<Element: Hashable & Comparable>(_ parts: [[Element]], sorted: Bool) throws {
      var numbers: [[Element]: Int] = [:]
      for (index, part) in parts.enumerated() {
        let number = numbers[part] ?? first.count
        if number == first.count {
          numbers[part] = number
          first.append(index)
          counts.append(0)
        }
        counts[number] += 1
        inverse.append(number)
      }
      guard sorted else { return }
      let order = first.indices.sorted {
        parts[first[$0]].lexicographicallyPrecedes(parts[first[$1]])
      }
      var place = [Int](repeating: 0, count: order.count)
      for (new, old) in order.enumerated() { place[old] = new }
      (first, counts) = (order.map { first[$0] }, order.map { counts[$0] })
      inverse = inverse.map { place[$0] }
    }
  }
}
