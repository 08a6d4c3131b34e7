extension Shape {
  /// Returns the shape that two operands are repeated to.
  ///
  /// Shapes are aligned at their last axes; along each axis the lengths are equal or one is 1.
  ///
  /// - Throws: ``ShapeError/notBroadcastable(_:_:)``.
  package func broadcast(with other: Shape) throws(ShapeError) -> Shape {
    let rank = max(self.rank, other.rank)
    var dims = [Int](repeating: 1, count: rank)
    for axis in 0..<rank {
      let a = axis - (rank - self.rank) >= 0 ? self[axis - (rank - self.rank)] : 1
      let b = axis - (rank - other.rank) >= 0 ? other[axis - (rank - other.rank)] : 1
      guard a == b || a == 1 || b == 1 else { throw .notBroadcastable(self, other) }
      dims[axis] = a == 1 ? b : a
    }
    return Shape(dims)
  }

  /// Returns the shape that all are repeated to.
  package static func broadcast(_ shapes: [Shape]) throws(ShapeError) -> Shape {
    var result: Shape = []
    for shape in shapes { result = try result.broadcast(with: shape) }
    return result
  }

  /// Returns strides that read a tensor of this shape as if it had been repeated to `target`.
  ///
  /// - Precondition: this shape broadcasts to `target`.
  package func strides(broadcastTo target: Shape) -> [Int] {
    let own = strides
    let shift = target.rank - rank
    return (0..<target.rank).map { axis in
      axis < shift || self[axis - shift] == 1 ? 0 : own[axis - shift]
    }
  }

  /// Calls `body` with the offset under each set of strides, position by position in row-major
  /// order.
  package func forEachOffset(
    _ strides: [[Int]],
    _ body: (_ position: Int, _ offsets: [Int]) -> Void
  ) {
    guard let total = elementCount, total > 0 else { return }
    var index = [Int](repeating: 0, count: rank)
    var offsets = [Int](repeating: 0, count: strides.count)
    for position in 0..<total {
      body(position, offsets)
      var axis = rank - 1
      while axis >= 0 {
        index[axis] += 1
        for k in strides.indices { offsets[k] += strides[k][axis] }
        if index[axis] < dims[axis] { break }
        for k in strides.indices { offsets[k] -= strides[k][axis] * dims[axis] }
        index[axis] = 0
        axis -= 1
      }
    }
  }
}
