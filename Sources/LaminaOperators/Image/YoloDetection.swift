import Glibc
import LaminaCore

/// Turns the maps of a YOLO network into a list of boxes, best first.
///
///     x = (column + σ(tx)) / columns      w = exp(tw) · anchor width / width of the grid
///     y = (row + σ(ty)) / rows            h = exp(th) · anchor height / height of the grid
///     version 2    score = σ(to) · softmax(classes), grid = columns × rows
///     version 3    score = 1 / (1 + exp(−to) · (1 + exp(−class))), grid = stride · columns × …
///
/// Of boxes that overlap by more than a threshold only the best stays, whatever its class.
///
/// - Inputs: maps of 1×(boxes · (5 + classes))×rows×columns, floating point: tx, ty, tw, th, to and
///   the classes for each box.
/// - Outputs: `y`, float32, found×6: class counted from 1, score, left, top, right, bottom, as parts
///   of the image.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)`` when channels, anchors and masks
///   do not fit.
/// - Source: ncnn YoloDetectionOutput, Yolov3DetectionOutput.
package struct YoloDetection: Operator {
  package static let name = "YoloDetection"

  package var classCount: Int
  package var boxCount: Int
  package var confidenceThreshold: Float
  package var overlapThreshold: Float
  /// Width and height of each anchor.
  package var anchors: [Float]
  /// Which anchors the boxes of each map have, in order; `nil` for version 2, all of them.
  package var masks: [Int]?
  /// Pixels of a position of each map; `nil` for version 2.
  package var strides: [Float]?

  package init(
    classCount: Int,
    boxCount: Int,
    confidenceThreshold: Float,
    overlapThreshold: Float,
    anchors: [Float],
    masks: [Int]? = nil,
    strides: [Float]? = nil
  ) {
    self.classCount = classCount
    self.boxCount = boxCount
    self.confidenceThreshold = confidenceThreshold
    self.overlapThreshold = overlapThreshold
    self.anchors = anchors
    self.masks = masks
    self.strides = strides
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    for x in try inputs.all(1...256) {
      try x.requireFloatingPoint()
      try x.requireRank(4...4)
      guard x.shape[0] == 1, (1..<1 << 20).contains(boxCount), (0..<1 << 20).contains(classCount),
        x.shape[1] == boxCount * (5 + classCount)
      else {
        throw .invalidAttribute(
          "boxCount",
          found: "\(x.shape)",
          expected: "1×(\(boxCount) · (5 + \(classCount))) channels"
        )
      }
    }
    for map in 0..<inputs.count {
      for box in 0..<boxCount where anchor(box, map: map) == nil {
        throw .invalidAttribute(
          "anchors",
          found: "\(anchors.count / 2) anchors",
          expected: "one for each box of map \(map)"
        )
      }
    }
    return [TensorType(.float32, [Shape.unknown, 6])]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    var found: [Found] = []
    for (map, x) in try inputs.all(1...256).enumerated() { found += try boxes(of: x, map: map) }
    found.sort { $0.score > $1.score }
    var kept: [Found] = []
    for box in found where !kept.contains(where: { overlaps($0, box) }) { kept.append(box) }
    let rows = kept.flatMap { [Double($0.label + 1), $0.score] + $0.corners }
    return [try Tensor(.float32, [kept.count, 6], rounding: rows)]
  }

  private struct Found {
    let label: Int
    let score: Double
    /// Left, top, right, bottom.
    let corners: [Double]

    var area: Double { (corners[2] - corners[0]) * (corners[3] - corners[1]) }
  }

  /// Width and height of a box's anchor; `nil` when there is none.
  private func anchor(_ box: Int, map: Int) -> (width: Double, height: Double)? {
    var index = box
    if let masks {
      guard let strides, map < strides.count, map * boxCount + box < masks.count else { return nil }
      index = masks[map * boxCount + box]
    }
    guard index >= 0, index < anchors.count / 2 else { return nil }
    return (Double(anchors[2 * index]), Double(anchors[2 * index + 1]))
  }

  private func boxes(of x: Tensor, map: Int) throws -> [Found] {
    let values = try x.doubles()
    let (rows, columns) = (x.shape[2], x.shape[3])
    let plane = rows * columns
    let stride = strides.map { Double($0[map]) } ?? 1
    let grid = (
      width: (stride * Double(columns)).rounded(.down),
      height: (stride * Double(rows)).rounded(.down)
    )
    var found: [Found] = []
    for box in 0..<boxCount {
      guard let anchor = anchor(box, map: map) else { continue }
      for place in 0..<plane {
        func value(_ channel: Int) -> Double {
          values[(box * (5 + classCount) + channel) * plane + place]
        }
        let (label, score) = best(value)
        guard score >= Double(confidenceThreshold) else { continue }
        let x = (Double(place % columns) + sigmoid(value(0))) / Double(columns)
        let y = (Double(place / columns) + sigmoid(value(1))) / Double(rows)
        let w = exp(value(2)) * anchor.width / grid.width / 2
        let h = exp(value(3)) * anchor.height / grid.height / 2
        found.append(Found(label: label, score: score, corners: [x - w, y - h, x + w, y + h]))
      }
    }
    return found
  }

  /// The class with the largest score of a position, and that score times the box's.
  private func best(_ value: (Int) -> Double) -> (label: Int, score: Double) {
    var label = 0
    for index in 0..<classCount where value(5 + index) > value(5 + label) { label = index }
    guard classCount > 0 else { return (0, 0) }
    let largest = value(5 + label)
    if masks != nil { return (label, 1 / (1 + exp(-value(4)) * (1 + exp(-largest)))) }
    let sum = (0..<classCount).reduce(0) { $0 + exp(value(5 + $1) - largest) }
    return (label, sigmoid(value(4)) / sum)
  }

  private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  private func overlaps(_ a: Found, _ b: Found) -> Bool {
    let width = min(a.corners[2], b.corners[2]) - max(a.corners[0], b.corners[0])
    let height = min(a.corners[3], b.corners[3]) - max(a.corners[1], b.corners[1])
    guard width > 0, height > 0 else { return false }
    let common = width * height
    return common > Double(overlapThreshold) * (a.area + b.area - common)
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    Cost(operations: inputs.present.reduce(0) { $0 &+ ($1.shape.elementCount ?? 0) })
  }
}
