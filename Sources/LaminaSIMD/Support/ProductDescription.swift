import CLaminaKernels

extension lamina_f32_product {
  /// A product of rows that lie in memory; nothing is limited, applied or called for ahead.
  ///
  /// - Parameters:
  ///   - depth: elements of a row.
  ///   - columns: columns of the result.
  ///   - panels: the packed weights.
  ///   - xStride: elements from one row to the next.
  ///   - yStride: elements from one row of the result, and of what is added to it, to the next.
  package init(
    depth: Int,
    columns: Int,
    panels: UnsafePointer<Float>,
    xStride: Int,
    yStride: Int
  ) {
    self.init(
      window: nil,
      gathers: false,
      taps: 1,
      depth: depth,
      columns: columns,
      panels: panels,
      zeros: nil,
      x_stride: xStride,
      y_stride: yStride,
      residual_stride: yStride,
      low: -.infinity,
      high: .infinity,
      activation: lamina_unary_identity,
      alpha: 0,
      beta: 0,
      next: nil,
      next_bytes: 0,
      is_called: false
    )
  }

  /// Ends the product with a clamp and a function.
  mutating func setEnd(_ end: Epilogue) {
    (low, high) = (end.low, end.high)
    (activation, alpha, beta) = (end.function, end.alpha, end.beta)
  }

  /// Bytes of working memory that one call needs.
  func scratchByteCount(tileRows: Int, elementByteCount: Int) -> Int {
    guard let window else { return 0 }
    guard gathers else { return tileRows * taps * 8 }
    return tileRows * (window.pointee.kernel_height * 8 + taps * depth * elementByteCount)
  }
}
