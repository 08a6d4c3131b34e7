import LaminaCore

/// Divides regions of an image into a fixed number of bins and takes the largest of each.
///
///     bin (i, j) of a region covers rows ⌊i · h / rows⌋ to ⌈(i + 1) · h / rows⌉, columns alike
///
/// Corners are scaled and rounded to whole positions, both included. An empty bin is zero.
///
/// - Inputs: `x`, N×C×H×W, floating point; `regions`, R×5: batch, left, top, right, bottom.
/// - Outputs: `y`, R×C×rows×columns, the type of `x`.
/// - Errors: ``ShapeError/indexOutOfRange(_:length:)`` for a batch that does not exist.
/// - Source: ONNX MaxRoiPool (opset 22).
package struct MaxRoiPool: Operator {
  package static let name = "MaxRoiPool"

  /// Rows and columns of the output.
  package var pooledShape: [Int]
  package var spatialScale: Float

  package init(pooledShape: [Int], spatialScale: Float = 1) {
    self.pooledShape = pooledShape
    self.spatialScale = spatialScale
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, regions) = (try inputs[0], try inputs[1])
    try x.requireArithmetic()
    try x.requireRank(4...4)
    try regions.requireRank(2...2)
    try regions.requireShape([regions.shape[0], 5])
    guard pooledShape.count == 2, pooledShape.allSatisfy({ 1..<1 << 31 ~= $0 }) else {
      throw .invalidAttribute("pooledShape", found: "\(pooledShape)", expected: "two lengths")
    }
    return [x.result([regions.shape[0], x.shape[1], pooledShape[0], pooledShape[1]])]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let x = try inputs[0]
    let (values, regions) = (try x.wide(), try inputs[1].wide())
    let (channels, height, width) = (x.shape[1], x.shape[2], x.shape[3])
    _ = try y.shape.checkedCount()
    var results: [Double] = []
    for region in 0..<y.shape[0] {
      let row = regions[region * 5..<region * 5 + 5].map { $0.isFinite ? $0 : 0 }
      let batch = Int(clamping: Int64(clamping: row[0]))
      guard 0..<x.shape[0] ~= batch else {
        throw ShapeError.indexOutOfRange(batch, length: x.shape[0])
      }
      let rows = bins(from: row[2], to: row[4], count: pooledShape[0], length: height)
      let columns = bins(from: row[1], to: row[3], count: pooledShape[1], length: width)
      for channel in 0..<channels {
        let plane = (batch * channels + channel) * height * width
        for vertical in rows {
          for horizontal in columns {
            var best: Double?
            for i in vertical {
              for j in horizontal { best = max(best ?? -.infinity, values[plane + i * width + j]) }
            }
            results.append(best ?? 0)
          }
        }
      }
    }
    return [try Tensor(y.dtype, y.shape, narrowing: results)]
  }

  /// Returns the positions of each bin along an axis, within the image.
  private func bins(from: Double, to: Double, count: Int, length: Int) -> [Range<Int>] {
    let start = (from * Double(spatialScale)).rounded()
    let size = max((to * Double(spatialScale)).rounded() - start + 1, 1)
    return (0..<count).map { bin in
      let low = (Double(bin) * size / Double(count)).rounded(.down) + start
      let high = (Double(bin + 1) * size / Double(count)).rounded(.up) + start
      let first = Int(min(max(low, 0), Double(length)))
      return first..<max(Int(min(max(high, 0), Double(length))), first)
    }
  }
}
