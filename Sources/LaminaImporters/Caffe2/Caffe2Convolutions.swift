import LaminaCore
import LaminaOperators

extension Caffe2GraphBuilder {
  /// Windows with weights.
  static let convolutions: [Caffe2Rule] = [
    Caffe2Rule("Conv", weights: [1, 2], lowering: convolution),
    Caffe2Rule("Conv1D", weights: [1, 2], lowering: convolution),
    Caffe2Rule("Conv2D", weights: [1, 2], lowering: convolution),
    Caffe2Rule("Conv3D", weights: [1, 2], lowering: convolution),
    Caffe2Rule("ConvTranspose", weights: [1, 2], lowering: transposed),
  ]

  /// Weights are O×I/g×spatial, or O×spatial×I/g in the order NHWC.
  @Sendable private static func convolution(_ node: Caffe2Node) throws {
    let layout = try node.layout()
    let op = Conv(
      window: try window(node, roundsUpIfLegacy: false),
      groups: try node.int("group", default: 1),
      layout: layout,
      weightLayout: layout == .channelsFirst ? .outputInputSpatial : .outputSpatialInput
    )
    try node.emit(op, [node.input(0), node.input(1), node.optionalInput(2)])
  }

  /// Weights are I×O×spatial.
  @Sendable private static func transposed(_ node: Caffe2Node) throws {
    guard try node.layout() == .channelsFirst else {
      throw Caffe2Unsupported(reason: "channels that come last")
    }
    let window = try window(node, roundsUpIfLegacy: false)
    let added = try lengths(node, "adj", rank: window.rank, default: 0)
    let op = ConvTranspose(
      window: window,
      outputPadding: added,
      groups: try node.int("group", default: 1)
    )
    try node.emit(op, [node.input(0), node.input(1), node.optionalInput(2)])
  }

  /// Lengths given as a list, by the names of height and width, or once for all axes.
  private static func lengths(
    _ node: Caffe2Node,
    _ name: String,
    rank: Int,
    default fallback: Int
  ) throws -> [Int] {
    if let list = try node.ints("\(name)s"), !list.isEmpty { return list }
    if node.has("\(name)_h") || node.has("\(name)_w") {
      return [
        try node.int("\(name)_h", default: fallback), try node.int("\(name)_w", default: fallback),
      ]
    }
    return [Int](repeating: try node.int(name, default: fallback), count: rank)
  }

  /// The window that arguments describe; an old rule for padding may stand for the numbers.
  static func window(_ node: Caffe2Node, roundsUpIfLegacy: Bool) throws -> Window {
    let shape = node.shape()
    let rank = shape.isRanked ? max(shape.rank - 2, 0) : 2
    let size = try lengths(node, "kernel", rank: rank, default: 0)
    var window = Window(
      size: size,
      strides: try lengths(node, "stride", rank: size.count, default: 1),
      dilations: try lengths(node, "dilation", rank: size.count, default: 1),
      padding: try padding(node, rank: size.count)
    )
    switch try node.int("legacy_pad", default: 0) {
    case 1: window.padding = .valid(rank: size.count)
    case 2: window.padding = .sameUpper
    case 3: window.roundsUp = roundsUpIfLegacy
    default: break
    }
    return window
  }

  /// Begins of all axes and then ends, sides by name, or one number for all.
  private static func padding(_ node: Caffe2Node, rank: Int) throws -> Padding {
    if let pads = try node.ints("pads"), !pads.isEmpty {
      guard pads.count == 2 * rank else { throw node.invalid("\(2 * rank) pads", "\(pads.count)") }
      return .explicit(before: Array(pads[..<rank]), after: Array(pads[rank...]))
    }
    if ["pad_t", "pad_l", "pad_b", "pad_r"].contains(where: node.has) {
      return .explicit(
        before: [try node.int("pad_t", default: 0), try node.int("pad_l", default: 0)],
        after: [try node.int("pad_b", default: 0), try node.int("pad_r", default: 0)]
      )
    }
    let pads = try lengths(node, "pad", rank: rank, default: 0)
    return .explicit(before: pads, after: pads)
  }
}
