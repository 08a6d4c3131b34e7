import LaminaCore

extension Tensor {
  /// The elements as doubles; as ``doubles()`` but quick for floats.
  func wide() throws -> [Double] {
    dtype == .float32 ? try withElements(of: Float.self) { $0.map(Double.init) } : try doubles()
  }

  /// Makes a tensor from doubles, rounding each to `dtype`.
  init(_ dtype: DataType, _ shape: Shape, narrowing values: [Double]) throws {
    guard dtype == .float32, shape.elementCount == values.count else {
      self = try Tensor(dtype, shape, rounding: values)
      return
    }
    self = try Tensor.build(shape, of: Float.self) { buffer in
      for index in buffer.indices { buffer[index] = Float(values[index]) }
    }
  }

  /// Returns the tensor with every line replaced: what `body` makes of it in doubles.
  ///
  /// - Parameters:
  ///   - axes: neighbouring axes whose positions together are a line.
  ///   - body: is given the number of the line, in row-major order of the other axes, and the line.
  /// - Returns: a tensor of the same type and shape.
  /// - Throws: what `body` throws.
  func mapLines(
    over axes: Range<Int>,
    _ body: (_ number: Int, _ line: inout [Double]) throws -> Void
  ) throws -> Tensor {
    let length = shape.product(axes)
    let step = shape.product(axes.upperBound..<shape.rank)
    guard length > 0, count > 0 else { return self }
    var values = try wide()
    var line = [Double](repeating: 0, count: length)
    for outer in 0..<shape.product(0..<axes.lowerBound) {
      for inner in 0..<step {
        let start = outer * length * step + inner
        for index in 0..<length { line[index] = values[start + index * step] }
        try body(outer * step + inner, &line)
        for index in 0..<length { values[start + index * step] = line[index] }
      }
    }
    return try Tensor(dtype, shape, narrowing: values)
  }
}

extension Shape {
  /// Returns a zero for every position.
  ///
  /// - Throws: ``ShapeError/outOfMemory(bytes:limit:)`` when there are more than the limit allows.
  func zeros<Element: FloatElement>(_ type: Element.Type = Double.self) throws -> [Element] {
    let count = try checkedCount(elementSize: MemoryLayout<Element>.size)
    return [Element](repeating: 0, count: count)
  }

  /// Returns the number of positions, having checked that so many elements fit into memory.
  func checkedCount(elementSize: Int = 8) throws(ShapeError) -> Int {
    let (bytes, overflow) = try count().multipliedReportingOverflow(by: elementSize)
    try MemoryLimit.check(overflow ? .max : bytes)
    return try count()
  }
}

extension [Double] {
  /// The mean, Σx / n.
  var mean: Double { reduce(0, +) / Double(count) }

  /// The mean square of the distances, Σ(x − mean)² / n.
  func variance(around mean: Double) -> Double {
    reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
  }
}
