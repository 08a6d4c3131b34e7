import LaminaCore
import LaminaOperators

extension MXNetGraphBuilder {
  /// Windows with weights.
  static let convolutions: [MXNetRule] = [
    MXNetRule("Convolution", weights: [1, 2], lowering: convolution),
    MXNetRule("Convolution_v1", weights: [1, 2], lowering: convolution),
    MXNetRule("Deconvolution", weights: [1, 2], lowering: deconvolution),
  ]

  /// The axis of the channels by the text of the layout; channels come first without one.
  static func layout(_ node: MXNetNode) throws -> ChannelLayout {
    let layout = node.text("layout", default: "NCHW")
    if layout.hasPrefix("NC") { return .channelsFirst }
    if layout.hasPrefix("N"), layout.hasSuffix("C") { return .channelsLast }
    throw MXNetUnsupported(reason: "the layout \(layout)")
  }

  /// The window that attributes describe; strides and dilations are 1 and padding 0 without them.
  static func window(_ node: MXNetNode, roundsUp: Bool = false) throws -> Window {
    guard let size = try node.ints("kernel") else { throw node.invalid("a kernel", "none") }
    let pads = try node.ints("pad") ?? [Int](repeating: 0, count: size.count)
    return Window(
      size: size,
      strides: try node.ints("stride"),
      dilations: try node.ints("dilate"),
      padding: .explicit(before: pads, after: pads),
      roundsUp: roundsUp
    )
  }

  private static func positive(_ node: MXNetNode, _ attribute: String, default fallback: Int)
    throws -> Int
  {
    let value = try node.int(attribute, default: fallback)
    guard (1..<1 << 24).contains(value) else {
      throw node.invalid("a positive \(attribute)", "\(value)")
    }
    return value
  }

  /// Weights are O×I/g×spatial, or O×spatial×I/g with channels last.
  @Sendable private static func convolution(_ node: MXNetNode) throws {
    let layout = try layout(node)
    let window = try window(node)
    let groups = try positive(node, "num_group", default: 1)
    let outputs = try positive(node, "num_filter", default: 0)
    let axis = layout == .channelsFirst ? 1 : window.rank + 1
    let inputs = node.channels(orElse: nil, axis: axis)
    let perGroup = inputs > 0 ? inputs / groups : -1
    let shape =
      layout == .channelsFirst
      ? [outputs, perGroup] + window.size : [outputs] + window.size + [perGroup]
    let hasBias = !node.bool("no_bias") && node.inputCount > 2
    let op = Conv(
      window: window,
      groups: groups,
      layout: layout,
      weightLayout: layout == .channelsFirst ? .outputInputSpatial : .outputSpatialInput
    )
    let ids = [
      try node.input(0), try node.weight(1, shape), hasBias ? try node.weight(2, [outputs]) : nil,
    ]
    try node.emit(op, ids)
  }

  /// Weights are I×O/g×spatial.
  @Sendable private static func deconvolution(_ node: MXNetNode) throws {
    guard try layout(node) == .channelsFirst else {
      throw MXNetUnsupported(reason: "channels that come last")
    }
    var window = try window(node)
    let groups = try positive(node, "num_group", default: 1)
    let outputs = try positive(node, "num_filter", default: 0)
    let target = try node.ints("target_shape")
    // With a target shape the padding follows from it.
    if target != nil { window.padding = .valid(rank: window.rank) }
    let op = ConvTranspose(
      window: window,
      outputPadding: target == nil ? try node.ints("adj") ?? [] : [],
      outputShape: target,
      groups: groups
    )
    let hasBias = !node.bool("no_bias", default: true) && node.inputCount > 2
    let shape = [node.channels(orElse: nil), outputs / groups] + window.size
    let ids = [
      try node.input(0), try node.weight(1, shape), hasBias ? try node.weight(2, [outputs]) : nil,
    ]
    try node.emit(op, ids)
  }
}
