import LaminaCore
import LaminaOperators

extension TFImporter {
  /// Convolutions and their transposes; weights are spatial×I×O.
  static let convolutions: [TFRule] = [
    TFRule("Conv2D", lowering: { node in try convolution(node, spatialRank: 2) }),
    TFRule("Conv3D", lowering: { node in try convolution(node, spatialRank: 3) }),
    TFRule("DepthwiseConv2dNative", lowering: { node in try depthwise(node) }),
    TFRule(
      "_FusedConv2D",
      lowering: { node in
        try fused(node) { bias in try convolution(node, spatialRank: 2, bias: bias) }
      }
    ),
    TFRule(
      "FusedDepthwiseConv2dNative",
      lowering: { node in
        try fused(node) { bias in try depthwise(node, bias: bias) }
      }
    ),
    TFRule(
      "_FusedDepthwiseConv2dNative",
      lowering: { node in
        try fused(node) { bias in try depthwise(node, bias: bias) }
      }
    ),
    TFRule("Conv2DBackpropInput", lowering: { node in try transposed(node, spatialRank: 2) }),
    TFRule("Conv3DBackpropInputV2", lowering: { node in try transposed(node, spatialRank: 3) }),
  ]

  private static func convolution(
    _ node: TFNode,
    spatialRank: Int,
    bias: ValueID? = nil
  ) throws {
    let weights = try node.knownShape(1, rank: spatialRank + 2)
    let channels = try node.type(0).shape
    var groups = 1
    let channelAxis = node.layout.channelAxis(rank: spatialRank + 2)
    if channels.isRanked, channels.rank == spatialRank + 2, channels[channelAxis] > 0 {
      guard weights[spatialRank] > 0, channels[channelAxis] % weights[spatialRank] == 0 else {
        throw node.invalid("\(weights[spatialRank]) channels a group", "\(channels[channelAxis])")
      }
      groups = channels[channelAxis] / weights[spatialRank]
    }
    let op = Conv(
      window: try node.window(size: Array(weights.dims[..<spatialRank])),
      groups: groups,
      layout: node.layout,
      weightLayout: .spatialInputOutput
    )
    try node.emit(op, [try node.value(0), try node.value(1)] + (bias.map { [$0] } ?? []))
  }

  /// Weights are H×W×C×M, which as they lie are 1×H×W×(C·M).
  private static func depthwise(_ node: TFNode, bias: ValueID? = nil) throws {
    let weights = try node.knownShape(1, rank: 4)
    let (count, overflow) = weights[2].multipliedReportingOverflow(by: weights[3])
    guard !overflow, weights[2] > 0 else { throw node.invalid("channels", "\(weights)") }
    let flat = try node.reshaped(1, to: [1, weights[0], weights[1], count])
    let op = Conv(
      window: try node.window(size: [weights[0], weights[1]]),
      groups: weights[2],
      layout: node.layout,
      weightLayout: .inputSpatialOutput
    )
    try node.emit(op, [try node.value(0), flat] + (bias.map { [$0] } ?? []))
  }

  /// Inputs are the lengths of the result, weights spatial×O×I, and what is spread.
  private static func transposed(_ node: TFNode, spatialRank: Int) throws {
    try node.requireInputs(3...3)
    let weights = try node.knownShape(1, rank: spatialRank + 2)
    let window = try node.window(size: Array(weights.dims[..<spatialRank]))
    var op = ConvTranspose(
      window: window,
      layout: node.layout,
      weightLayout: .spatialOutputInput
    )
    var inputs: [ValueID?] = [try node.value(2), try node.value(1)]
    if let lengths = try node.constant(0)?.ints() {
      let first = node.layout.firstSpatialAxis
      switch lengths.count {
      case spatialRank: op.outputShape = lengths
      case spatialRank + 2: op.outputShape = Array(lengths[first..<first + spatialRank])
      default: throw node.invalid("\(spatialRank + 2) lengths", "\(lengths.count)")
      }
    } else {
      inputs += [nil, try node.value(0)]
    }
    try node.emit(op, inputs)
  }

  /// A convolution or product with what the attribute `fused_ops` puts behind it.
  static func fused(_ node: TFNode, _ lower: (_ bias: ValueID?) throws -> Void) throws {
    var steps = node.strings("fused_ops")[...]
    var next = 2
    var bias: ValueID?
    if steps.first == "BiasAdd" {
      bias = try node.value(next)
      next += 1
      steps.removeFirst()
    }
    try lower(bias)
    for step in steps {
      guard let result = node.results.first?.id else { return }
      var inputs: [ValueID?] = [result]
      if step == "Prelu" { inputs.append(try node.value(next)) }
      node.results = [.value(try node.add(try operation(step, node), inputs, step))]
    }
  }

  private static func operation(_ name: String, _ node: TFNode) throws -> any Operator {
    switch name {
    case "Relu": return UnaryElementwise(.relu)
    case "Relu6": return UnaryElementwise(.relu6)
    case "Elu": return UnaryElementwise(.elu(alpha: 1))
    case "Tanh": return UnaryElementwise(.tanh)
    case "Sigmoid": return UnaryElementwise(.sigmoid)
    case "LeakyRelu":
      return UnaryElementwise(
        .leakyRelu(slope: Double(node.float("leakyrelu_alpha", default: 0.2)))
      )
    case "Prelu": return PRelu()
    default: throw TFUnsupported(reason: "the fused operation \(name)")
    }
  }
}

extension TFNode {
  /// The shape of an input, all of whose lengths have to be known.
  func knownShape(_ position: Int, rank: Int) throws -> Shape {
    let shape = try type(position).shape
    guard shape.isKnown else { throw TFUnsupported(reason: "input \(position) of unknown shape") }
    guard shape.rank == rank else { throw invalid("\(rank) axes of input \(position)", "\(shape)") }
    return shape
  }

  /// Returns an input under another shape; a constant stays one.
  func reshaped(_ position: Int, to shape: [Int]) throws -> ValueID {
    let id = try value(position)
    if let tensor = builder.graph.constant(id) {
      return builder.graph.addConstant(
        builder.graph[id].name,
        try tensor.reshaped(to: Shape(shape))
      )
    }
    return try add(Reshape(shape: shape), [id], "reshaped")
  }

  /// The window that strides, dilations and padding describe.
  func window(size: [Int], strides given: [Int]? = nil) throws(ImportError) -> Window {
    let strides = try spatial(given ?? ints("strides") ?? [], rank: size.count, "strides")
    let dilations = try spatial(ints("dilations") ?? [], rank: size.count, "dilations")
    return Window(
      size: size,
      strides: strides,
      dilations: dilations,
      padding: try padding(rank: size.count)
    )
  }

  /// The entries of the spatial axes in a list with one for each axis.
  func spatial(_ list: [Int], rank: Int, _ what: String) throws(ImportError) -> [Int] {
    if list.isEmpty { return [Int](repeating: 1, count: rank) }
    if list.count == rank { return list }
    guard list.count == rank + 2 else {
      throw invalid("\(rank + 2) \(what)", "\(list.count)")
    }
    let first = layout.firstSpatialAxis
    return Array(list[first..<first + rank])
  }

  private func padding(rank: Int) throws(ImportError) -> Padding {
    switch string("padding", default: "VALID") {
    case "SAME": return .sameUpper
    case "VALID": return .valid(rank: rank)
    case "EXPLICIT":
      let list = ints("explicit_paddings") ?? []
      guard list.count == 2 * (rank + 2) else {
        throw invalid("\(2 * (rank + 2)) explicit paddings", "\(list.count)")
      }
      let axes = layout.firstSpatialAxis..<layout.firstSpatialAxis + rank
      return .explicit(before: axes.map { list[2 * $0] }, after: axes.map { list[2 * $0 + 1] })
    case let other: throw invalid("padding SAME, VALID or EXPLICIT", other)
    }
  }
}
