import LaminaCore

extension Shape {
  /// Calls `body` for each line along the last axis of this shape.
  ///
  /// - Parameters:
  ///   - sources: shapes that are repeated to this one.
  ///   - body: gets the position of the line's first element, the offset of that element in each
  ///     source, the distance between neighbours in each source, and the line's length.
  func forEachLine(
    of sources: [Shape],
    _ body: (_ position: Int, _ offsets: [Int], _ steps: [Int], _ length: Int) -> Void
  ) {
    guard rank > 0, let length = dims.last else {
      body(0, sources.map { _ in 0 }, sources.map { _ in 0 }, 1)
      return
    }
    guard (elementCount ?? 0) > 0 else { return }
    let strides = sources.map { $0.strides(broadcastTo: self) }
    let steps = strides.map { $0[rank - 1] }
    let outer = strides.map { Array($0.dropLast()) }
    Shape(Array(dims.dropLast())).forEachOffset(outer) { line, offsets in
      body(line * length, offsets, steps, length)
    }
  }
}

extension Tensor {
  /// Returns `function` of each element.
  func mapping<From: TensorElement, To: TensorElement>(
    _ function: (From) -> To
  ) throws -> Tensor {
    try withElements(of: From.self) { source in
      try Tensor.build(shape, of: To.self) { target in
        for index in source.indices { target[index] = function(source[index]) }
      }
    }
  }

  /// Returns `function` of the elements of two tensors that are repeated to one shape.
  static func combining<A: TensorElement, B: TensorElement, To: TensorElement>(
    _ a: Tensor,
    _ b: Tensor,
    _ function: (A, B) -> To
  ) throws -> Tensor {
    let shape = try a.shape.broadcast(with: b.shape)
    return try a.withElements(of: A.self) { a_ in
      try b.withElements(of: B.self) { b_ in
        try Tensor.build(shape, of: To.self) { target in
          shape.forEachLine(of: [a.shape, b.shape]) { position, offsets, steps, length in
            var (from, with) = (offsets[0], offsets[1])
            for index in position..<position + length {
              target[index] = function(a_[from], b_[with])
              from += steps[0]
              with += steps[1]
            }
          }
        }
      }
    }
  }
}

extension DataType {
  /// The type that elements are computed in: narrow floats in float32, narrow integers in int32.
  var computed: DataType {
    switch self {
    case .float64: .float64
    case .int4, .uint4, .int2, .uint2: .int32
    default: isFloatingPoint ? .float32 : self
    }
  }
}
