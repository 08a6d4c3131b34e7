import LaminaCore

extension TensorType {
  /// Checks that the elements are floats, or codes that stand for real numbers.
  func requireArithmetic() throws(ShapeError) {
    guard dtype.isFloatingPoint || isQuantized else {
      throw .wrongElementType(expected: "a floating-point type", found: dtype)
    }
  }

  /// Returns the type of a result computed from these elements: float32 where they are codes.
  func result(_ shape: Shape) -> TensorType {
    TensorType(isQuantized ? .float32 : dtype, shape)
  }

  /// Checks the shape.
  func requireShape(_ expected: Shape) throws(ShapeError) {
    guard shape == expected else { throw .wrongRank(expected: "\(expected)", found: shape) }
  }

  /// Checks the length of a tensor of rank 1.
  func requireVector(_ length: Int) throws(ShapeError) {
    try requireRank(1...1)
    guard shape[0] == length else {
      throw .axisLengthMismatch(axis: 0, expected: length, found: shape[0])
    }
  }
}

extension Tensor {
  /// The elements rounded to `dtype`; a tensor of that type is returned as it is.
  func rounded(to dtype: DataType) throws -> Tensor {
    self.dtype == dtype ? self : try cast(to: dtype)
  }

  /// Returns as many elements computed in `Element` from each element, rounded to the own type.
  func elements<Element: FloatElement>(as type: Element.Type) throws -> [Element] {
    try rounded(to: Element.dtype).elements(of: type)
  }

  /// Makes a tensor of `dtype` from elements computed in another type.
  init<Element: FloatElement>(_ shape: Shape, rounding elements: [Element], to dtype: DataType)
    throws
  {
    guard shape.elementCount == elements.count else {
      throw ShapeError.elementCountMismatch(from: [elements.count], to: shape)
    }
    self = try Tensor(shape, elements).rounded(to: dtype)
  }
}

/// Adds a product of matrices: c[i, j] += Σ_k a[i, k] · b[k, j].
///
/// Rows lie their stride apart; elements of a row are neighbours.
func addProduct<Element: FloatElement>(
  rows: Int,
  depth: Int,
  columns: Int,
  _ a: UnsafePointer<Element>,
  _ aStride: Int,
  _ b: UnsafePointer<Element>,
  _ bStride: Int,
  _ c: UnsafeMutablePointer<Element>,
  _ cStride: Int
) {
  var row = 0
  // Four rows at a time, so that each element of `b` is read once for four products.
  while row + 4 <= rows {
    let (a0, c0) = (a + row * aStride, c + row * cStride)
    let (a1, c1) = (a0 + aStride, c0 + cStride)
    let (a2, c2) = (a1 + aStride, c1 + cStride)
    let (a3, c3) = (a2 + aStride, c2 + cStride)
    for k in 0..<depth {
      let (x0, x1, x2, x3, line) = (a0[k], a1[k], a2[k], a3[k], b + k * bStride)
      for j in 0..<columns {
        let factor = line[j]
        c0[j] += x0 * factor
        c1[j] += x1 * factor
        c2[j] += x2 * factor
        c3[j] += x3 * factor
      }
    }
    row += 4
  }
  while row < rows {
    let (a0, c0) = (a + row * aStride, c + row * cStride)
    for k in 0..<depth {
      let (x, line) = (a0[k], b + k * bStride)
      for j in 0..<columns { c0[j] += x * line[j] }
    }
    row += 1
  }
}
