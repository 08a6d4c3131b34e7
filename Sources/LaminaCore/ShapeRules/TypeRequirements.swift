extension TensorType {
  /// Checks that the elements are floats.
  package func requireFloatingPoint() throws(ShapeError) {
    guard dtype.isFloatingPoint else {
      throw .wrongElementType(expected: "a floating-point type", found: dtype)
    }
  }

  /// Checks that the elements are real numbers.
  package func requireReal() throws(ShapeError) {
    guard dtype.isReal else { throw .wrongElementType(expected: "a real type", found: dtype) }
  }

  /// Checks that the elements are whole numbers.
  package func requireInteger() throws(ShapeError) {
    guard dtype.isInteger else {
      throw .wrongElementType(expected: "an integer type", found: dtype)
    }
  }

  /// Checks that the elements are of one type.
  package func require(_ expected: DataType) throws(ShapeError) {
    guard dtype == expected else {
      throw .wrongElementType(expected: expected.name, found: dtype)
    }
  }

  /// Checks the number of axes.
  package func requireRank(_ range: ClosedRange<Int>) throws(ShapeError) {
    guard range.contains(shape.rank) else {
      let expected =
        range.lowerBound == range.upperBound
        ? "rank \(range.lowerBound)" : "rank \(range.lowerBound) to \(range.upperBound)"
      throw .wrongRank(expected: expected, found: shape)
    }
  }
}
