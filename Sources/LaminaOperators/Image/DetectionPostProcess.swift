import Glibc
import LaminaCore

/// Decodes boxes of a single-shot detector and picks the best.
///
///     y = ty / yScale · ha + ya      x = tx / xScale · wa + xa
///     h = exp(th / heightScale) · ha      w = exp(tw / widthScale) · wa
///
/// Fast: boxes are picked by their best class, then shown with their best classes. Regular: boxes
/// are picked for every class, and the best of all are shown.
///
/// - Inputs: `boxes`, 1×B×4 or more: ty, tx, th, tw; `scores`, 1×B×classes, with one more for the
///   background in front; `anchors`, B×4: ya, xa, ha, wa.
/// - Outputs: `boxes`, 1×M×4: top, left, bottom, right; `classes` and `scores`, 1×M; `count`, 1; all
///   float32, filled with zeros; M = maxDetections · maxClassesPerDetection.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``,
///   ``ShapeError/invalidAttribute(_:found:expected:)``.
/// - Source: TFLite custom operator TFLite_Detection_PostProcess.
package struct DetectionPostProcess: Operator {
  package static let name = "DetectionPostProcess"

  package var maxDetections: Int
  package var maxClassesPerDetection: Int
  package var detectionsPerClass: Int
  package var isRegular: Bool
  package var scoreThreshold: Float
  package var iouThreshold: Float
  package var classCount: Int
  package var yScale: Float
  package var xScale: Float
  package var heightScale: Float
  package var widthScale: Float

  package init(
    maxDetections: Int,
    maxClassesPerDetection: Int = 1,
    detectionsPerClass: Int = 100,
    isRegular: Bool = false,
    scoreThreshold: Float,
    iouThreshold: Float,
    classCount: Int,
    yScale: Float,
    xScale: Float,
    heightScale: Float,
    widthScale: Float
  ) {
    self.maxDetections = maxDetections
    self.maxClassesPerDetection = maxClassesPerDetection
    self.detectionsPerClass = detectionsPerClass
    self.isRegular = isRegular
    self.scoreThreshold = scoreThreshold
    self.iouThreshold = iouThreshold
    self.classCount = classCount
    self.yScale = yScale
    self.xScale = xScale
    self.heightScale = heightScale
    self.widthScale = widthScale
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (boxes, scores, anchors) = (try inputs[0], try inputs[1], try inputs[2])
    try boxes.requireRank(3...3)
    try scores.requireRank(3...3)
    try anchors.requireRank(2...2)
    let count = boxes.shape[1]
    guard boxes.shape[0] == 1, boxes.shape[2] >= 4 else {
      throw .wrongRank(expected: "1xBx4", found: boxes.shape)
    }
    try anchors.requireShape([count, 4])
    guard scores.shape[0] == 1, scores.shape[1] == count, classCount >= 1,
      0...1 ~= scores.shape[2] - classCount
    else {
      throw .wrongRank(expected: "1x\(count)x\(classCount), or one more", found: scores.shape)
    }
    guard 1..<1 << 20 ~= maxDetections, 1..<1 << 10 ~= maxClassesPerDetection else {
      throw .invalidAttribute(
        "maxDetections",
        found: "\(maxDetections), \(maxClassesPerDetection)",
        expected: "at least one"
      )
    }
    let length = maxDetections * maxClassesPerDetection
    return [
      TensorType(.float32, [1, length, 4]), TensorType(.float32, [1, length]),
      TensorType(.float32, [1, length]), TensorType(.float32, [1]),
    ]
  }

  /// A box with one of its classes.
  private typealias Detection = (box: Int, kind: Int, score: Double)

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let types = try outputTypes(for: inputs.types)
    _ = try types[0].shape.checkedCount()
    let boxes = try decoded(inputs)
    let scores = try inputs[1].wide()
    let width = try inputs[1].shape[2]
    let score = { (box: Int, kind: Int) in scores[box * width + width - classCount + kind] }
    let found = isRegular ? regular(boxes, score) : fast(boxes, score)
    let detections = found.prefix(types[1].shape[1])
    let missing = [Double](repeating: 0, count: types[1].shape[1] - detections.count)
    let corners = detections.flatMap { detection in
      let box = boxes[detection.box]
      return [box.top, box.left, box.bottom, box.right]
    }
    return [
      try Tensor(
        .float32,
        types[0].shape,
        rounding: corners + missing.flatMap { [$0, $0, $0, $0] }
      ),
      try Tensor(.float32, types[1].shape, rounding: detections.map { Double($0.kind) } + missing),
      try Tensor(.float32, types[2].shape, rounding: detections.map(\.score) + missing),
      try Tensor(.float32, [1], rounding: [Double(detections.count)]),
    ]
  }

  private func decoded(_ inputs: TensorInputs) throws -> [Box] {
    let (codes, anchors) = (try inputs[0].wide(), try inputs[2].wide())
    let width = try inputs[0].shape[2]
    return (0..<(try inputs[0].shape[1])).map { number in
      let code = codes[number * width..<number * width + 4].map { $0 }
      let anchor = anchors[number * 4..<number * 4 + 4].map { $0 }
      return Box(
        y: code[0] / Double(yScale) * anchor[2] + anchor[0],
        x: code[1] / Double(xScale) * anchor[3] + anchor[1],
        height: exp(code[2] / Double(heightScale)) * anchor[2],
        width: exp(code[3] / Double(widthScale)) * anchor[3]
      )
    }
  }

  private func picked(
    _ boxes: [Box],
    _ scores: [Double],
    limit: Int
  ) -> [Int] {
    pickedBoxes(
      scores.indices.filter { scores[$0] >= Double(scoreThreshold) },
      scores: { scores[$0] },
      limit: limit,
      isSuppressed: { $0 > Double(iouThreshold) },
      boxes: { boxes[$0] }
    )
  }

  private func fast(_ boxes: [Box], _ score: (Int, Int) -> Double) -> [Detection] {
    let shown = min(maxClassesPerDetection, classCount)
    let order = boxes.indices.map { box in
      let kinds = (0..<classCount).sorted { (score(box, $0), $1) > (score(box, $1), $0) }
      return Array(kinds.prefix(shown))
    }
    let best = boxes.indices.map { score($0, order[$0][0]) }
    return picked(boxes, best, limit: maxDetections).flatMap { box in
      order[box].map { (box, $0, score(box, $0)) }
    }
  }

  private func regular(_ boxes: [Box], _ score: (Int, Int) -> Double) -> [Detection] {
    var all: [Detection] = []
    for kind in 0..<classCount {
      let scores = boxes.indices.map { score($0, kind) }
      let numbers = picked(boxes, scores, limit: max(detectionsPerClass, 0))
      all += numbers.map { ($0, kind, scores[$0]) }
      all.sort { ($0.score, $1.kind) > ($1.score, $0.kind) }
      all = Array(all.prefix(maxDetections))
    }
    return all
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    Cost(operations: inputs.optional(1)?.shape.elementCount ?? 0)
  }
}
