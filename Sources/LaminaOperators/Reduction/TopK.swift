import LaminaCore

/// Gives the largest or smallest elements along an axis, best first, and their positions.
///
/// Of equal elements the one at the lower position comes first; NaN counts as larger than every
/// number.
///
/// - Inputs: `x`, real; `count`, one whole number, unless the attribute is given.
/// - Outputs: `values`, the element type of `x`; `indices`, of type `indexType`; the axis is
///   `count` long.
/// - Errors: ``ShapeError/indexOutOfRange(_:length:)`` when fewer elements are there.
/// - Source: ONNX TopK; TFLite TOPK_V2.
package struct TopK: Operator {
  package static let name = "TopK"

  package var axis: Int
  /// How many, when it is not an input.
  package var count: Int?
  package var largest: Bool
  /// Whether the order matters; the reference always sorts.
  package var sorted: Bool
  package var indexType: DataType

  package init(
    axis: Int = -1,
    count: Int? = nil,
    largest: Bool = true,
    sorted: Bool = true,
    indexType: DataType = .int64
  ) {
    self.axis = axis
    self.count = count
    self.largest = largest
    self.sorted = sorted
    self.indexType = indexType
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    try x.requireReal()
    var shape = x.shape
    let axis = try shape.axis(axis)
    if count == nil, try inputs[1].contents == nil {
      shape[axis] = Shape.unknown
    } else {
      guard let count = try inputs.ints(count.map { [$0] }, or: 1)?.first else {
        throw .missingInput(1)
      }
      guard count >= 0, count <= shape[axis] else {
        throw .indexOutOfRange(count, length: shape[axis] + 1)
      }
      shape[axis] = count
    }
    return [x.with(shape: shape), TensorType(indexType, shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs[0]
    let types = try outputTypes(for: inputs.types)
    let shape = types[0].shape
    let axis = try shape.axis(axis)
    let places: [[Int]]
    switch x.dtype {
    case .int64: places = order(try x.elements(of: Int64.self), x.shape, axis, shape[axis])
    case .uint64: places = order(try x.elements(of: UInt64.self), x.shape, axis, shape[axis])
    default: places = order(try x.doubles(), x.shape, axis, shape[axis])
    }
    // Line by line along the axis; moved to where the axis is in the result.
    let indices = Tensor([places.count, shape[axis]], places.flatMap { $0 }.map(Int64.init))
    let pitch = x.shape.strides[axis]
    var (index, source) = (try shape.positionArray(), try shape.positionArray())
    for position in index.indices {
      let (outer, inner) = (position / pitch / shape[axis], position % pitch)
      let rank = position / pitch % shape[axis]
      index[position] = (outer * pitch + inner) * shape[axis] + rank
      source[position] =
        (outer * x.shape[axis] + places[outer * pitch + inner][rank]) * pitch + inner
    }
    let positions = try Tensor.picking(index, from: [indices], shape).cast(to: indexType)
    return [try .picking(source, from: [x], shape), positions]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(Array(inputs.present.prefix(1)), operationsPerElement: 4)
  }

  /// The first positions of each line along the axis in the wanted order.
  private func order<Element: Comparable>(
    _ elements: [Element],
    _ shape: Shape,
    _ axis: Int,
    _ count: Int
  ) -> [[Int]] {
    let (length, pitch) = (shape[axis], shape.strides[axis])
    let lineCount = length == 0 ? 0 : elements.count / length
    return (0..<lineCount).map { line in
      let start = line / pitch * pitch * length + line % pitch
      return Self.first(count, of: length) { a, b in
        let (x, y) = (elements[start + a * pitch], elements[start + b * pitch])
        if Self.isLess(x, y) { return !largest }
        return Self.isLess(y, x) ? largest : a < b
      }
    }
  }

  /// The first of `0 ..< length` in an order.
  ///
  /// Few of many are kept as a heap, whose root is the last of them: most others are compared with
  /// that alone.
  private static func first(
    _ count: Int,
    of length: Int,
    _ precedes: (Int, Int) -> Bool
  ) -> [Int] {
    guard count > 0, count < length / 4 else {
      return Array((0..<length).sorted(by: precedes).prefix(count))
    }
    var kept = Array(0..<count)
    func sink(_ start: Int) {
      var parent = start
      while 2 * parent + 1 < count {
        var child = 2 * parent + 1
        if child + 1 < count, precedes(kept[child], kept[child + 1]) { child += 1 }
        guard precedes(kept[parent], kept[child]) else { return }
        kept.swapAt(parent, child)
        parent = child
      }
    }
    for start in (0..<count / 2).reversed() { sink(start) }
    for position in count..<length where precedes(position, kept[0]) {
      kept[0] = position
      sink(0)
    }
    return kept.sorted(by: precedes)
  }

  private static func isLess<Element: Comparable>(_ a: Element, _ b: Element) -> Bool {
    if a != a { return false }
    return b != b || a < b
  }
}
