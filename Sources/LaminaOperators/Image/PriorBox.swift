import LaminaCore

/// Lays boxes of several sizes over each position of a feature map, as a part of the image.
///
///     center = (column + offset) · step, (row + offset) · step
///     box    = (center − size / 2, center + size / 2) / image lengths
///
/// At each position come, for each least size: the square of that size, the square of side
/// √(least · largest) where there is a largest size, and least · √r by least / √r for each ratio
/// r other than 1. A step of zero is the image's length divided by the feature map's.
///
/// - Inputs: `features`, N×C×H×W; `image`, N×C×H×W; only their shapes count.
/// - Outputs: float32 1×2×(H·W·boxes·4): left, top, right, bottom of each box, then the variances.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)`` for sizes that do not fit together.
/// - Source: Caffe (SSD branch) PriorBox.
package struct PriorBox: Operator {
  package static let name = "PriorBox"

  package var minSizes: [Float]
  /// None, or one for each least size.
  package var maxSizes: [Float]
  /// Ratios of width to height, in order; 1 is always there and need not be listed.
  package var aspectRatios: [Float]
  /// Whether boxes end at the border of the image.
  package var clips: Bool
  /// One number for all coordinates, or four.
  package var variances: [Float]
  /// The image's height and width where they are not those of `image`.
  package var imageSize: [Int]?
  /// Pixels between positions, vertically and horizontally; zero to derive them.
  package var steps: [Float]
  package var offset: Float

  package init(
    minSizes: [Float],
    maxSizes: [Float] = [],
    aspectRatios: [Float] = [],
    clips: Bool = false,
    variances: [Float] = [0.1],
    imageSize: [Int]? = nil,
    steps: [Float] = [0, 0],
    offset: Float = 0.5
  ) {
    self.minSizes = minSizes
    self.maxSizes = maxSizes
    self.aspectRatios = aspectRatios
    self.clips = clips
    self.variances = variances
    self.imageSize = imageSize
    self.steps = steps
    self.offset = offset
  }

  /// Widths and heights of the boxes at a position, in order.
  private var boxes: [(width: Float, height: Float)] {
    var boxes: [(width: Float, height: Float)] = []
    for (index, size) in minSizes.enumerated() {
      boxes.append((size, size))
      if index < maxSizes.count {
        let side = (size * maxSizes[index]).squareRoot()
        boxes.append((side, side))
      }
      for ratio in aspectRatios where abs(ratio - 1) >= 1e-6 {
        boxes.append((size * ratio.squareRoot(), size / ratio.squareRoot()))
      }
    }
    return boxes
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (features, image) = (try inputs[0], try inputs[1])
    try features.requireRank(4...4)
    try image.requireRank(4...4)
    guard !minSizes.isEmpty, minSizes.count + aspectRatios.count < 1 << 10,
      maxSizes.isEmpty || maxSizes.count == minSizes.count, aspectRatios.allSatisfy({ $0 > 0 })
    else {
      throw .invalidAttribute(
        "sizes",
        found: "\(minSizes), \(maxSizes), ratios \(aspectRatios)",
        expected: "sizes in pairs and positive ratios"
      )
    }
    guard variances.count == 1 || variances.count == 4, steps.count == 2,
      imageSize.map({ $0.count == 2 && $0.allSatisfy { $0 > 0 } }) ?? true
    else {
      throw .invalidAttribute(
        "variances",
        found: "\(variances)",
        expected: "one or four, and two steps and lengths"
      )
    }
    let positions: Shape = [features.shape[2], features.shape[3], boxes.count * 4]
    return [TensorType(.float32, [1, 2, try positions.count()])]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let shape = try outputTypes(for: inputs.types)[0].shape
    _ = try shape.checkedCount()
    let (features, image) = (try inputs[0].shape, try inputs[1].shape)
    let size = imageSize ?? [image[2], image[3]]
    let (height, width) = (Float(size[0]), Float(size[1]))
    let stepY = steps[0] > 0 ? steps[0] : height / Float(features[2])
    let stepX = steps[1] > 0 ? steps[1] : width / Float(features[3])
    var values: [Float] = []
    values.reserveCapacity(shape[2] * 2)
    let boxes = boxes
    for row in 0..<features[2] {
      for column in 0..<features[3] {
        let (x, y) = ((Float(column) + offset) * stepX, (Float(row) + offset) * stepY)
        for box in boxes {
          values.append((x - box.width / 2) / width)
          values.append((y - box.height / 2) / height)
          values.append((x + box.width / 2) / width)
          values.append((y + box.height / 2) / height)
        }
      }
    }
    if clips { values = values.map { min(max($0, 0), 1) } }
    for index in 0..<shape[2] { values.append(variances[index % variances.count]) }
    return [Tensor(shape, values)]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: 2)
  }
}
