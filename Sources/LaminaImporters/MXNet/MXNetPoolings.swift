import LaminaCore
import LaminaOperators

extension MXNetGraphBuilder {
  /// Windows that sum up what they see.
  static let poolings: [MXNetRule] = [
    MXNetRule("Pooling", lowering: pooling),
    MXNetRule("Pooling_v1", lowering: pooling),
    MXNetRule("ROIPooling") { node in
      MaxRoiPool(
        pooledShape: try node.ints("pooled_size") ?? [1, 1],
        spatialScale: try node.float("spatial_scale", default: 1)
      )
    },
  ]

  /// The convention `full` rounds up the number of positions, `valid` down.
  @Sendable private static func pooling(_ node: MXNetNode) throws {
    let layout = try layout(node)
    let kind = node.text("pool_type", default: "max")
    if node.bool("global_pool") { return try globalPooling(node, kind, layout) }
    let convention = node.text("pooling_convention", default: "valid")
    var window = try window(node, roundsUp: convention == "full")
    if convention == "same" { window.padding = .sameUpper }
    switch kind {
    case "max": try node.emit(MaxPool(window: window, layout: layout), [node.input(0)])
    case "avg":
      let countsPadding = node.bool("count_include_pad", default: true)
      let op = AveragePool(window: window, layout: layout, countsPadding: countsPadding)
      try node.emit(op, [node.input(0)])
    case "sum":
      guard convention == "valid" else { throw MXNetUnsupported(reason: "sums that round up") }
      let op = AveragePool(window: window, layout: layout, countsPadding: true)
      let means = try node.step(op, [node.input(0)], "means")
      let count = window.size.reduce(1.0) { $0 * Double($1) }
      try node.emit(UnaryElementwise(.affine(alpha: count, beta: 0)), [means])
    case "lp":
      let power = try node.int("p_value", default: 2)
      try node.emit(LpPool(window: window, layout: layout, power: power), [node.input(0)])
    default: throw node.invalid("a known pool_type", kind)
    }
  }

  private static func globalPooling(
    _ node: MXNetNode,
    _ kind: String,
    _ layout: ChannelLayout
  ) throws {
    switch kind {
    case "max": try node.emit(GlobalPool(.max, layout: layout), [node.input(0)])
    case "avg": try node.emit(GlobalPool(.average, layout: layout), [node.input(0)])
    case "lp":
      let power = try node.int("p_value", default: 2)
      try node.emit(GlobalPool(.lp(power: power), layout: layout), [node.input(0)])
    case "sum":
      let first = layout.firstSpatialAxis
      let axes = Array(first..<first + (try node.rank()) - 2)
      try node.emit(Reduce(.sum, axes: axes, keepsDimensions: true), [node.input(0)])
    default: throw node.invalid("a known pool_type", kind)
    }
  }
}
