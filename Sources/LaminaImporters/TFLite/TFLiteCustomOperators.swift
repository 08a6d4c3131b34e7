import LaminaCore
import LaminaOperators
import LaminaWire

extension TFLiteImporter {
  /// Operators outside of the schema that public models use, by the names in the files.
  package static let customOperators: [TFLiteRule] = [
    TFLiteRule("TFLite_Detection_PostProcess", detectionPostProcess),
    TFLiteRule("Convolution2DTransposeBias", convolutionTransposeBias),
    TFLiteRule("MaxPoolingWithArgmax2D") { node in
      WindowMaxPool(window: try poolWindow(node), layout: .channelsLast)
    },
    TFLiteRule("MaxUnpooling2D") { node in
      WindowMaxUnpool(window: try poolWindow(node), layout: .channelsLast)
    },
  ]

  /// Options are a FlexBuffers map.
  @Sendable private static func detectionPostProcess(_ node: TFLiteNode) throws -> any Operator {
    try node.requireInputs(3...3)
    let options = try FlexReader.read(node.customOptions)
    func int(_ key: String, default value: Int? = nil) throws -> Int {
      guard let number = options[key]?.int ?? value, number > 0, number <= 1 << 20 else {
        throw node.invalid("a count in option \(key)", "\(options[key] ?? .null)")
      }
      return number
    }
    func float(_ key: String) throws -> Float {
      guard let number = options[key]?.double, number.isFinite else {
        throw node.invalid("a number in option \(key)", "\(options[key] ?? .null)")
      }
      return Float(number)
    }
    return DetectionPostProcess(
      maxDetections: try int("max_detections"),
      maxClassesPerDetection: try int("max_classes_per_detection"),
      detectionsPerClass: try int("detections_per_class", default: 100),
      isRegular: options["use_regular_nms"]?.bool ?? false,
      scoreThreshold: try float("nms_score_threshold"),
      iouThreshold: try float("nms_iou_threshold"),
      classCount: try int("num_classes"),
      yScale: try float("y_scale"),
      xScale: try float("x_scale"),
      heightScale: try float("h_scale"),
      widthScale: try float("w_scale")
    )
  }

  /// MediaPipe's transposed convolution with a bias, whose weights are O×H×W×I.
  ///
  /// The options are its C structure: padding (1 same, 2 valid), horizontal and vertical stride.
  @Sendable private static func convolutionTransposeBias(
    _ node: TFLiteNode
  ) throws -> any Operator {
    try node.requireInputs(3...3)
    let weights = try node.lengths(1, rank: 4)
    return ConvTranspose(
      window: try window(node, size: [weights[1], weights[2]]),
      layout: .channelsLast,
      weightLayout: .outputSpatialInput
    )
  }

  /// The same structure, with the width and height of the window behind the strides.
  private static func poolWindow(_ node: TFLiteNode) throws -> Window {
    let width = Int(try node.customOptions.load(Int32.self, at: 12, "width of the window"))
    let height = Int(try node.customOptions.load(Int32.self, at: 16, "height of the window"))
    return try window(node, size: [height, width])
  }

  private static func window(_ node: TFLiteNode, size: [Int]) throws -> Window {
    func option(_ position: Int) throws -> Int {
      Int(try node.customOptions.load(Int32.self, at: position, "options of \(node.place)"))
    }
    let padding = try option(0)
    guard padding == 1 || padding == 2 else { throw node.invalid("padding 1 or 2", "\(padding)") }
    return Window(
      size: size,
      strides: [try option(8), try option(4)],
      padding: padding == 1 ? .sameUpper : .valid(rank: 2)
    )
  }
}
