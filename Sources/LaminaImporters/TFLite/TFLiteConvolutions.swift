import LaminaCore
import LaminaOperators

extension TFLiteImporter {
  /// Convolutions and their transposes; all tensors are N×H×W×C.
  static let convolutions: [TFLiteRule] = [
    TFLiteRule("CONV_2D", conv2D),
    TFLiteRule("DEPTHWISE_CONV_2D", depthwiseConv2D),
    TFLiteRule("CONV_3D", conv3D),
    TFLiteRule("TRANSPOSE_CONV", transposeConv),
    TFLiteRule("CONV_3D_TRANSPOSE", conv3DTranspose),
  ]

  /// The inputs that operators add to their sums: whole numbers that stand for real ones.
  static let biasPositions: [String: Range<Int>] = [
    "CONV_2D": 2..<3, "DEPTHWISE_CONV_2D": 2..<3, "CONV_3D": 2..<3, "FULLY_CONNECTED": 2..<3,
    "TRANSPOSE_CONV": 3..<4, "CONV_3D_TRANSPOSE": 3..<4, "SVDF": 3..<4,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": 12..<18, "LSTM": 12..<18,
    "Convolution2DTransposeBias": 2..<3,
  ]

  /// Weights are O×H×W×I/g; the number of groups follows from the channels of the input.
  @Sendable private static func conv2D(_ node: TFLiteNode) throws -> any Operator {
    try node.requireInputs(2...3)
    let weights = try node.lengths(1, rank: 4)
    let channels = try node.lengths(0, rank: 4)[3]
    var groups = 1
    if channels > 0, weights[3] > 0 {
      guard channels.isMultiple(of: weights[3]) else {
        throw node.invalid("channels in groups of \(weights[3])", "\(channels)")
      }
      groups = channels / weights[3]
    }
    try node.fuseActivation(3)
    return Conv(
      window: try window(node, size: [weights[1], weights[2]], dilations: (height: 5, width: 4)),
      groups: groups,
      layout: .channelsLast,
      weightLayout: .outputSpatialInput
    )
  }

  /// Weights are 1×H×W×O, and every input channel is a group.
  @Sendable private static func depthwiseConv2D(_ node: TFLiteNode) throws -> any Operator {
    try node.requireInputs(2...3)
    let weights = try node.lengths(1, rank: 4)
    var channels = try node.lengths(0, rank: 4)[3]
    if channels < 0 { channels = weights[3] / max(1, try node.int(3, default: 1)) }
    guard channels > 0, weights[3].isMultiple(of: channels) else {
      throw node.invalid("a multiple of \(channels) output channels", "\(weights[3])")
    }
    try node.fuseActivation(4)
    return Conv(
      window: try window(node, size: [weights[1], weights[2]], dilations: (height: 6, width: 5)),
      groups: channels,
      layout: .channelsLast,
      weightLayout: .inputSpatialOutput
    )
  }

  /// Weights are D×H×W×I×O.
  @Sendable private static func conv3D(_ node: TFLiteNode) throws -> any Operator {
    try node.requireInputs(2...3)
    try node.fuseActivation(4)
    return Conv(
      window: try window3D(node, size: Array(node.lengths(1, rank: 5)[..<3])),
      layout: .channelsLast,
      weightLayout: .spatialInputOutput
    )
  }

  /// Inputs are the output's shape, weights O×H×W×I, what is convolved, and a bias.
  @Sendable private static func transposeConv(_ node: TFLiteNode) throws -> any Operator {
    try node.requireInputs(3...4)
    let weights = try node.lengths(1, rank: 4)
    try node.fuseActivation(3)
    let shape = try takeOutputShape(node, rank: 4)
    return ConvTranspose(
      window: try window(node, size: [weights[1], weights[2]], dilations: nil),
      outputShape: shape,
      layout: .channelsLast,
      weightLayout: .outputSpatialInput
    )
  }

  /// The same in three dimensions, with weights D×H×W×O×I.
  @Sendable private static func conv3DTranspose(_ node: TFLiteNode) throws -> any Operator {
    try node.requireInputs(3...4)
    let size = Array(try node.lengths(1, rank: 5)[..<3])
    try node.fuseActivation(4)
    let shape = try takeOutputShape(node, rank: 5)
    return ConvTranspose(
      window: try window3D(node, size: size),
      outputShape: shape,
      layout: .channelsLast,
      weightLayout: .spatialOutputInput
    )
  }

  /// Moves the shape from the first input to the last, or to the operator where it is constant.
  private static func takeOutputShape(_ node: TFLiteNode, rank: Int) throws -> [Int]? {
    let bias = node.inputs.count > 3 ? node.inputs[3] : nil
    guard let shape = try node.constantInts(0) else {
      node.inputs = [node.inputs[2], node.inputs[1], bias, node.inputs[0]]
      return nil
    }
    guard shape.count == rank else {
      throw node.invalid("an output shape of rank \(rank)", "\(shape)")
    }
    node.inputs = [node.inputs[2], node.inputs[1], bias]
    return Array(shape[1..<rank - 1])
  }

  /// Options 0 to 2 are padding, horizontal and vertical stride.
  static func window(
    _ node: TFLiteNode,
    size: [Int],
    dilations: (height: Int, width: Int)?
  ) throws -> Window {
    let steps = try dilations.map { fields in
      [try node.int(fields.height, default: 1), try node.int(fields.width, default: 1)]
    }
    return Window(
      size: size,
      strides: [try node.int(2), try node.int(1)],
      dilations: steps,
      padding: try node.padding(0, rank: 2)
    )
  }

  /// Options 0 to 7 are padding, strides along D, W, H, the activation, and dilations likewise.
  private static func window3D(_ node: TFLiteNode, size: [Int]) throws -> Window {
    Window(
      size: size,
      strides: [try node.int(1), try node.int(3), try node.int(2)],
      dilations: [
        try node.int(5, default: 1), try node.int(7, default: 1), try node.int(6, default: 1),
      ],
      padding: try node.padding(0, rank: 3)
    )
  }
}
