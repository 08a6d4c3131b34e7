import LaminaCore

extension Shape {
  /// As many zeros as the shape has positions, to be filled with positions of another tensor.
  func positionArray() throws(ShapeError) -> [Int] {
    let count = try count()
    let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Int>.size)
    try MemoryLimit.check(overflow ? .max : bytes)
    return [Int](repeating: 0, count: count)
  }

  /// Returns the axes that `axes` mean, each at most once; negative ones count from the last.
  func axes(_ axes: [Int]) throws(ShapeError) -> [Int] {
    var resolved: [Int] = []
    for axis in axes {
      let axis = try self.axis(axis)
      guard !resolved.contains(axis) else {
        throw .invalidAttribute("axes", found: "\(axes)", expected: "different axes")
      }
      resolved.append(axis)
    }
    return resolved
  }

  /// A shape of `rank` axes of unknown length; unranked when no tensor can have so many.
  static func unknown(rank: Int) -> Shape {
    guard 0...64 ~= rank else { return .unranked }
    return Shape([Int](repeating: Shape.unknown, count: rank))
  }
}

extension Int {
  /// Returns the index itself, a negative one counted from the end.
  ///
  /// - Throws: ``ShapeError/indexOutOfRange(_:length:)``.
  func index(below length: Int) throws(ShapeError) -> Int {
    let index = self < 0 ? self &+ length : self
    guard index >= 0, index < length else { throw .indexOutOfRange(self, length: length) }
    return index
  }
}

extension Inputs where Element == TensorType {
  /// The whole numbers of an attribute, or else of an input; `nil` when neither is there.
  func ints(_ attribute: [Int]?, or index: Int) throws(ShapeError) -> [Int]? {
    if let attribute { return attribute }
    return optional(index) == nil ? nil : try ints(index)
  }
}

extension Shape {
  /// Returns the positions in a tensor of this shape that tables along each axis lead to.
  ///
  ///     position(i, j, …) = Σ tables[axis][index] · stride      −1 when an entry is −1
  ///
  /// - Throws: ``ShapeError/outOfMemory(bytes:limit:)``.
  func positions(_ tables: [[Int]]) throws(ShapeError) -> [Int] {
    _ = try Shape(tables.map(\.count)).positionArray()
    var positions = [0]
    for (axis, table) in tables.enumerated() {
      let stride = strides[axis]
      var next: [Int] = []
      next.reserveCapacity(positions.count * table.count)
      for position in positions {
        for index in table {
          next.append(position < 0 || index < 0 ? -1 : position + index * stride)
        }
      }
      positions = next
    }
    return positions
  }
}

extension Tensor {
  /// Returns the elements at some positions, and one element wherever the position is −1.
  func picking(_ positions: [Int], filling: Tensor, _ shape: Shape) throws -> Tensor {
    let filled = positions.map { $0 < 0 ? count : $0 }
    return try .picking(filled, from: [self, filling], shape)
      .with(quantization: quantization?.isPerTensor == true ? quantization : nil)
  }

  /// One element that means a real number in this tensor's type: its zero point for 0.
  func filler(_ value: Double = 0) throws -> Tensor {
    guard dtype.isReal else { return try Tensor(zeros: dtype, [1]) }
    if let quantization, let range = dtype.integerRange, quantization.isPerTensor {
      let code = quantization.code(of: Float(value), in: range)
      return try Tensor(dtype, [1], rounding: [Double(code)])
    }
    return try Tensor(dtype, [1], rounding: [value])
  }
}

extension Inputs where Element == TensorType {
  /// Whether the contents of all these inputs are known.
  func knowContents(_ indexes: Int...) throws(ShapeError) -> Bool {
    for index in indexes where try self[index].contents == nil { return false }
    return true
  }
}
