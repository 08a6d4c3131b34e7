import LaminaCore
import LaminaOperators

extension MILNode {
  /// Convolutions and poolings of one to three spatial axes.
  static let convolutions: [MILRule] = [
    MILRule("conv") { node in
      let (x, weight) = (try node.value("x"), try node.value("weight"))
      let size = try spatialSize(node, weight)
      let op = Conv(
        window: try window(node, size: size),
        groups: try node.int("groups", default: 1)
      )
      return try node.step(op, x, weight, node.optional("bias"))
    },
    MILRule("conv_transpose") { node in
      let (x, weight) = (try node.value("x"), try node.value("weight"))
      let size = try spatialSize(node, weight)
      let shape = try node.ints("output_shape")
      let op = ConvTranspose(
        window: try window(node, size: size),
        outputShape: shape.map { Array($0.suffix(size.count)) },
        groups: try node.int("groups", default: 1)
      )
      return try node.step(op, x, weight, node.optional("bias"))
    },
    MILRule("max_pool") { try $0.step(MaxPool(window: poolWindow($0)), $0.value("x")) },
    MILRule("avg_pool") { node in
      let excludes = try node.bool("exclude_padding_from_average")
      let op = AveragePool(window: try poolWindow(node), countsPadding: !excludes)
      return try node.step(op, node.value("x"))
    },
    MILRule("l2_pool") { try $0.step(LpPool(window: poolWindow($0)), $0.value("x")) },
  ]

  private static func spatialSize(_ node: MILNode, _ weight: ValueID) throws -> [Int] {
    let shape = node.builder.shape(weight)
    guard shape.isKnown, shape.rank >= 3 else {
      throw CoreMLUnsupported(reason: "weights of unknown shape")
    }
    return Array(shape.dims.dropFirst(2))
  }

  private static func poolWindow(_ node: MILNode) throws -> Window {
    var window = try window(node, size: node.ints("kernel_sizes") ?? [])
    window.roundsUp = try node.bool("ceil_mode")
    return window
  }

  /// The window with its padding: pairs of amounts for each spatial axis.
  private static func window(_ node: MILNode, size: [Int]) throws -> Window {
    let pads = try node.ints("pad") ?? []
    let padding: Padding
    switch node.string("pad_type", default: "valid") {
    case "valid": padding = .valid(rank: size.count)
    case "same": padding = .sameUpper
    case "same_lower": padding = .sameLower
    case "custom" where pads.count == 2 * size.count:
      padding = .explicit(
        before: size.indices.map { pads[2 * $0] },
        after: size.indices.map { pads[2 * $0 + 1] }
      )
    default:
      throw node.invalid(
        "pad",
        expected: "valid, same, same_lower, or custom with \(2 * size.count) amounts",
        found: "\(node.string("pad_type", default: "")) with \(pads.count)"
      )
    }
    return Window(
      size: size,
      strides: try node.ints("strides"),
      dilations: try node.ints("dilations"),
      padding: padding
    )
  }
}
