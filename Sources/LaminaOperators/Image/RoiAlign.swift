import LaminaCore

/// Divides regions of feature maps into bins and pools points sampled in each.
///
///     average  mean over the points of the bilinear interpolation of x
///     maximum  largest weighted neighbour over the points
///
/// A bin has samplingRatio² points, or as many as its size rounded up. Points more than one
/// position outside of `x` are zero.
///
/// - Inputs: `x`, N×C×H×W, floating point; `regions`, R×4: left, top, right, bottom; `batch`, R whole
///   numbers.
/// - Outputs: `y`, R×C×rows×columns, the type of `x`.
/// - Errors: ``ShapeError/indexOutOfRange(_:length:)`` for a batch that does not exist.
/// - Source: ONNX RoiAlign (opset 22; opset 10 without the half pixel).
package struct RoiAlign: Operator {
  package static let name = "RoiAlign"

  package var takesMaximum: Bool
  package var outputHeight: Int
  package var outputWidth: Int
  /// Points along each axis of a bin; 0 to follow its size.
  package var samplingRatio: Int
  package var spatialScale: Float
  /// Whether positions are the middles of pixels.
  package var isHalfPixel: Bool

  package init(
    takesMaximum: Bool = false,
    outputHeight: Int = 1,
    outputWidth: Int = 1,
    samplingRatio: Int = 0,
    spatialScale: Float = 1,
    isHalfPixel: Bool = true
  ) {
    self.takesMaximum = takesMaximum
    self.outputHeight = outputHeight
    self.outputWidth = outputWidth
    self.samplingRatio = samplingRatio
    self.spatialScale = spatialScale
    self.isHalfPixel = isHalfPixel
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, regions) = (try inputs[0], try inputs[1])
    try x.requireArithmetic()
    try x.requireRank(4...4)
    try regions.requireRank(2...2)
    try regions.requireShape([regions.shape[0], 4])
    try inputs[2].requireVector(regions.shape[0])
    guard 1..<1 << 31 ~= outputHeight, 1..<1 << 31 ~= outputWidth, 0..<1 << 10 ~= samplingRatio
    else {
      throw .invalidAttribute(
        "output",
        found: "\(outputHeight)x\(outputWidth)",
        expected: "1x1 or more"
      )
    }
    return [x.result([regions.shape[0], x.shape[1], outputHeight, outputWidth])]
  }

  /// A neighbour of a point: its place in a plane and its weight.
  private typealias Tap = (index: Int, weight: Double)

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let x = try inputs[0]
    let (values, regions, batches) = (try x.wide(), try inputs[1].wide(), try inputs[2].ints())
    let plane = x.shape[2] * x.shape[3]
    var results = try y.shape.zeros()
    for (region, batch) in batches.enumerated() {
      guard 0..<x.shape[0] ~= batch else {
        throw ShapeError.indexOutOfRange(batch, length: x.shape[0])
      }
      let bins = try bins(Array(regions[region * 4..<region * 4 + 4]), x.shape)
      for channel in 0..<x.shape[1] {
        let source = (batch * x.shape[1] + channel) * plane
        let target = (region * x.shape[1] + channel) * bins.count
        for (bin, points) in bins.enumerated() {
          results[target + bin] = pooled(points) { values[source + $0] }
        }
      }
    }
    return [try Tensor(y.dtype, y.shape, narrowing: results)]
  }

  private func pooled(_ points: [[Tap]], _ value: (Int) -> Double) -> Double {
    guard takesMaximum else {
      let sum = points.joined().reduce(0) { $0 + $1.weight * value($1.index) }
      return sum / Double(max(points.count, 1))
    }
    let peaks = points.map { taps in taps.map { $0.weight * value($0.index) }.max() ?? 0 }
    return peaks.max() ?? 0
  }

  /// Returns the points of each bin of a region, row by row.
  private func bins(_ region: [Double], _ x: Shape) throws -> [[[Tap]]] {
    let shift = isHalfPixel ? 0.5 : 0
    let edges = region.map { $0 * Double(spatialScale) - shift }
    var (width, height) = (edges[2] - edges[0], edges[3] - edges[1])
    if !isHalfPixel { (width, height) = (max(width, 1), max(height, 1)) }
    let rows = try places(edges[1], height, outputHeight)
    let columns = try places(edges[0], width, outputWidth)
    try MemoryLimit.check(rows.joined().count * columns.joined().count * 128)
    return rows.flatMap { row in
      columns.map { column in
        row.flatMap { y in column.map { place in taps(y, place, x[2], x[3]) } }
      }
    }
  }

  /// Returns the sampled places of each bin along an axis.
  private func places(_ start: Double, _ size: Double, _ count: Int) throws -> [[Double]] {
    let bin = size / Double(count)
    let points = samplingRatio > 0 ? Double(samplingRatio) : max(bin.rounded(.up), 0)
    guard start.isFinite, points.isFinite, points * Double(count) < 1e6 else {
      throw ShapeError.other("a region of \(size) positions is too large")
    }
    return (0..<count).map { index in
      (0..<Int(points)).map { start + Double(index) * bin + (Double($0) + 0.5) * bin / points }
    }
  }

  private func taps(_ y: Double, _ x: Double, _ height: Int, _ width: Int) -> [Tap] {
    guard y >= -1, y <= Double(height), x >= -1, x <= Double(width), height > 0, width > 0 else {
      return []
    }
    func split(_ place: Double, _ length: Int) -> [(Int, Double)] {
      let place = min(max(place, 0), Double(length - 1))
      let low = Int(place)
      return [(low, 1 - place + Double(low)), (min(low + 1, length - 1), place - Double(low))]
    }
    return split(y, height).flatMap { row, a in
      split(x, width).map { column, b in (row * width + column, a * b) }
    }
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: 8 &* max(samplingRatio, 1) &* max(samplingRatio, 1))
  }
}
