import LaminaCore

// Whole numbers are computed with as doubles, which hold products and sums of bytes exactly.

extension Tensor {
  /// Returns whole numbers less a zero point, as doubles.
  ///
  /// - Parameters:
  ///   - zeroPoint: one number, or one for each position along `axis`; absent it is zero.
  ///   - axis: the axis that several zero points belong to.
  /// - Returns: a tensor of float64.
  /// - Throws: ``ShapeError`` when the zero points do not fit.
  func shifted(by zeroPoint: Tensor?, axis: Int) throws -> Tensor {
    try scaled(by: nil, zeroPoint: zeroPoint, axis: axis)
  }

  /// Returns scale · (code − zero point) as doubles.
  func scaled(by scale: Tensor?, zeroPoint: Tensor?, axis: Int) throws -> Tensor {
    let scales = try scale?.doubles() ?? [1]
    let zeroPoints = try zeroPoint?.doubles() ?? [0]
    let counts = max(scales.count, zeroPoints.count)
    var period = 1
    if counts != 1 {
      let axis = try shape.axis(axis)
      for count in [scales.count, zeroPoints.count] where count != 1 && count != shape[axis] {
        throw ShapeError.axisLengthMismatch(axis: axis, expected: shape[axis], found: count)
      }
      period = max(shape.product(axis + 1..<shape.rank), 1)
    }
    guard !scales.isEmpty, !zeroPoints.isEmpty else { throw ShapeError.missingInput(1) }
    let codes = try doubles()
    return try Tensor.build(shape, of: Double.self) { target in
      for index in target.indices {
        let position = index / period
        let zero = zeroPoints[position % zeroPoints.count]
        target[index] = (codes[index] - zero) * scales[position % scales.count]
      }
    }
  }

  /// Returns codes of `dtype`: x / scale, rounded half to even, plus the zero point, kept in range.
  func coded(scale: Double, zeroPoint: Double, as dtype: DataType) throws -> Tensor {
    guard let range = dtype.integerRange else {
      throw ShapeError.wrongElementType(expected: "an integer type", found: dtype)
    }
    let codes = try doubles().map { value in
      clampedCode(value / scale, zeroPoint: zeroPoint, range)
    }
    return try Tensor(dtype, shape, rounding: codes)
  }
}

/// Returns the code of a value in units of the scale; NaN becomes the zero point.
func clampedCode(_ units: Double, zeroPoint: Double, _ range: ClosedRange<Int>) -> Double {
  let code = (units.isNaN ? 0 : units.rounded(.toNearestOrEven)) + zeroPoint
  return min(max(code, Double(range.lowerBound)), Double(range.upperBound))
}
