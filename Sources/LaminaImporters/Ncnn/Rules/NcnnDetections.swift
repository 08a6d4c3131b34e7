import LaminaCore
import LaminaOperators

extension NcnnImporter {
  /// Layers that make lists of boxes.
  static let detections: [NcnnRule] = [
    NcnnRule("YoloDetectionOutput", yolo),
    NcnnRule("Yolov3DetectionOutput", yolo),
    NcnnRule("PriorBox", priorBox),
    NcnnRule("DetectionOutput", detectionOutput),
  ]

  /// Parameters: 0 and 1 sizes, 2 ratios, 3 to 6 variances, 7 whether a ratio counts both ways,
  /// 8 whether boxes are cut, 9 to 12 the image and the step, width first, 13 the offset.
  @Sendable private static func priorBox(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    guard layer.bottoms.count == 2, layer.int(14) == 0, layer.int(15) == 0 else {
      throw NcnnUnsupported(reason: "boxes of another framework's kind")
    }
    let size = [layer.int(10), layer.int(9)]
    let op = PriorBox(
      minSizes: layer.floats(0),
      maxSizes: layer.floats(1),
      aspectRatios: layer.floats(2).flatMap {
        layer.int(7, default: 1) != 0 ? [$0, 1 / $0] : [$0]
      },
      clips: layer.int(8) != 0,
      variances: zip(3...6, [0.1, 0.1, 0.2, 0.2]).map { layer.float($0, default: $1) },
      imageSize: size.allSatisfy { $0 > 0 } ? size : nil,
      steps: [layer.float(12), layer.float(11)].map { $0 > 0 ? $0 : 0 },
      offset: layer.float(13)
    )
    try builder.emit(layer, op, [builder.input(layer), builder.input(layer, 1)])
  }

  /// Detections of all classes, best first, without the number of the image.
  @Sendable private static func detectionOutput(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    guard layer.bottoms.count == 3 else { throw NcnnUnsupported(reason: "no boxes to begin with") }
    var inputs: [ValueID?] = []
    for (position, name) in ["codes", "scores"].enumerated() {
      let x = try builder.input(layer, position)
      let isLine = builder.rank(x) == 1
      inputs.append(isLine ? x : try builder.step(layer, name, Flatten(axis: 1), [x]))
    }
    inputs.append(try builder.input(layer, 2))
    let op = DetectionOutput(
      classCount: layer.int(0),
      coding: .centerSize,
      overlapThreshold: layer.float(1, default: 0.05),
      candidateLimit: layer.int(2, default: 300),
      detectionLimit: layer.int(3, default: 100),
      scoreThreshold: layer.float(4, default: 0.5)
    )
    let found = try builder.step(layer, "found", op, inputs)
    let columns = LaminaOperators.Slice(starts: [2], ends: [3], axes: [3])
    let scores = try builder.step(layer, "column", columns, [found])
    let line = try builder.step(layer, "line", Reshape(shape: [-1]), [scores])
    let count = try builder.step(layer, "count", ShapeOf(), [line])
    let sorted = try builder.steps(layer, ["sorted", "order"], TopK(axis: 0), [line, count])
    let rows = try builder.step(layer, "rows", Gather(axis: 2), [found, sorted[1]])
    let parts = LaminaOperators.Slice(starts: [1], ends: [7], axes: [3])
    let cut = try builder.step(layer, "parts", parts, [rows])
    try builder.emit(layer, Squeeze(axes: [1]), [cut])
  }

  /// Parameters: 0 classes, 1 boxes, 2 and 3 thresholds, 4 anchors, 5 which anchors, 6 strides.
  @Sendable private static func yolo(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    let isThird = layer.type == "Yolov3DetectionOutput"
    var inputs: [ValueID?] = []
    for position in layer.bottoms.indices { inputs.append(try builder.input(layer, position)) }
    let op = YoloDetection(
      classCount: layer.int(0, default: 20),
      boxCount: layer.int(1, default: 5),
      confidenceThreshold: layer.float(2, default: 0.01),
      overlapThreshold: layer.float(3, default: 0.45),
      anchors: layer.floats(4),
      masks: isThird ? layer.floats(5).map { Int(exactly: $0.rounded()) ?? -1 } : nil,
      strides: isThird ? layer.floats(6) : nil
    )
    let rows = try builder.step(layer, "rows", op, inputs)
    try builder.emit(layer, Unsqueeze(axes: [0]), [rows])
  }
}
