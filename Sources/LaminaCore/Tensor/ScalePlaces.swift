/// Which of a quantization's scales each element of a tensor has.
struct ScalePlaces {
  /// Elements from one position of the axis to the next, positions along it, and those of a block.
  private let step: Int
  private let length: Int
  private let block: Int
  /// How far scales are apart for blocks, for neighbours, and for what lies before the axis.
  private let strides: (block: Int, inner: Int, outer: Int)

  /// - Throws: ``ShapeError`` when there are not as many scales as the shape asks for.
  init(_ quantization: Quantization, _ shape: Shape) throws(ShapeError) {
    let count = quantization.scales.count
    guard quantization.zeroPoints.count == count else {
      throw .axisLengthMismatch(axis: 0, expected: count, found: quantization.zeroPoints.count)
    }
    if quantization.isPerTensor {
      (step, length, block, strides) = (1, 1, 1, (0, 0, 0))
      return
    }
    let blocks = quantization.blocks
    let axis = try shape.axis(blocks?.axis ?? quantization.axis ?? 0)
    let inner = max(shape.product(axis + 1..<shape.rank), 1)
    (step, length, block) = (inner, max(shape[axis], 1), max(blocks?.length ?? 1, 1))
    let blockCount = (shape[axis] + block - 1) / block
    strides = blocks == nil ? (1, 0, 0) : (inner, 1, blockCount * inner)
    let outer = blocks == nil ? 1 : shape.product(0..<axis) * inner
    guard count == outer * blockCount else {
      throw .axisLengthMismatch(axis: axis, expected: outer * blockCount, found: count)
    }
  }

  /// How many elements in a row have the same scale; `nil` for all of them.
  var runLength: Int? { strides == (0, 0, 0) ? nil : strides.inner == 0 ? step : 1 }

  /// Returns the number of the scale of an element.
  func place(of index: Int) -> Int {
    index / step % length / block * strides.block + index % step * strides.inner
      + index / (step * length) * strides.outer
  }
}
