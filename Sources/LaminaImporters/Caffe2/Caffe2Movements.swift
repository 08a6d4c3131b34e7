import LaminaCore
import LaminaOperators

extension Caffe2GraphBuilder {
  /// Operators that only move elements.
  static let movements: [Caffe2Rule] = [
    Caffe2Rule("Concat", lowering: concat),
    Caffe2Rule("DepthConcat", lowering: concat),
    Caffe2Rule("Split", lowering: split),
    Caffe2Rule("DepthSplit", lowering: split),
    Caffe2Rule("Reshape", lowering: reshape),
    Caffe2Rule("Flatten") { Flatten(axis: try $0.int("axis", default: 1)) },
    Caffe2Rule("FlattenToVec") { _ in Reshape(shape: [-1]) },
    Caffe2Rule("Squeeze") { Squeeze(axes: try $0.ints("dims")) },
    Caffe2Rule("ExpandDims") { Unsqueeze(axes: try $0.ints("dims")) },
    Caffe2Rule("Transpose") { Transpose(permutation: try $0.ints("axes")) },
    Caffe2Rule("NCHW2NHWC") { node in
      let rank = try node.rank()
      return Transpose(permutation: [0] + Array(2..<max(rank, 2)) + [1])
    },
    Caffe2Rule("NHWC2NCHW") { node in
      let rank = try node.rank()
      return Transpose(permutation: [0, rank - 1] + Array(1..<max(rank - 1, 1)))
    },
    Caffe2Rule("Slice", lowering: slice),
    Caffe2Rule(
      "Gather",
      lowering: { node in
        let numbers = try node.step(Cast(to: .int64), [node.input(1)], "indices")
        try node.emit(Gather(axis: node.int("axis", default: 0)), [node.input(0), numbers])
      }
    ),
    Caffe2Rule("ChannelShuffle", lowering: shuffle),
    Caffe2Rule("PadImage", lowering: pad),
    Caffe2Rule("Shape") { _ in ShapeOf() },
    Caffe2Rule("Tile", lowering: tile),
  ]

  /// Along the channels, unless an axis is given; the lengths of the parts are not written.
  @Sendable private static func concat(_ node: Caffe2Node) throws {
    let fallback = try node.layout() == .channelsFirst || !node.has("order") ? 1 : 3
    let axis = try node.int("axis", default: fallback)
    guard try node.bool("add_axis") else {
      return try node.emit(Concat(axis: axis), node.allInputs())
    }
    var parts: [ValueID?] = []
    for (index, part) in try node.allInputs().enumerated() {
      parts.append(try node.step(Unsqueeze(axes: [axis]), [part], "part\(index)"))
    }
    try node.emit(Concat(axis: axis), parts)
  }

  /// Into given lengths, or equal parts.
  @Sendable private static func split(_ node: Caffe2Node) throws {
    guard node.inputCount == 1 else {
      throw Caffe2Unsupported(reason: "lengths that are data")
    }
    let fallback = try node.layout() == .channelsFirst ? 1 : 3
    let count = node.operation.outputs.count
    let axis = try node.int("axis", default: fallback)
    let sizes = try node.ints("split").flatMap { $0.isEmpty ? nil : $0 }
    try node.emit(Split(axis: axis, sizes: sizes, count: count), [node.input(0)], count: count)
  }

  /// The second output is the shape from before.
  @Sendable private static func reshape(_ node: Caffe2Node) throws {
    let source = try node.input(0)
    if let shape = try node.ints("shape") {
      try node.emit(Reshape(shape: shape), [source])
    } else {
      let lengths = try node.step(Cast(to: .int64), [node.input(1)], "shape")
      try node.emit(Reshape(), [source, lengths])
    }
    try node.emitOther(ShapeOf(), [source], output: 1)
  }

  /// An end of −1 is the end of the axis.
  @Sendable private static func slice(_ node: Caffe2Node) throws {
    guard let starts = try node.ints("starts"), let ends = try node.ints("ends"),
      starts.count == ends.count
    else { throw Caffe2Unsupported(reason: "starts and ends that are data") }
    // An end of −n leaves n − 1 elements out.
    let stops = ends.map { $0 == -1 ? 1 << 48 : $0 < 0 ? $0 + 1 : $0 }
    let op = Slice(starts: starts, ends: stops, axes: Array(starts.indices))
    try node.emit(op, [node.input(0)])
  }

  /// Takes the channels of groups in turn.
  @Sendable private static func shuffle(_ node: Caffe2Node) throws {
    let groups = try node.int("group", default: 1)
    let shape = node.shape()
    let axis = try node.layout().channelAxis(rank: try node.rank())
    guard (0..<shape.rank).contains(axis), shape[axis] > 0 else {
      throw Caffe2Unsupported(reason: "its input has no known channels")
    }
    guard groups > 0, shape[axis].isMultiple(of: groups), shape[axis] < 1 << 24 else {
      throw node.invalid("channels in \(groups) groups", "\(shape[axis])")
    }
    let size = shape[axis] / groups
    try node.builder.graph.reserve(shape[axis], for: node.place)
    let order = (0..<shape[axis]).map { $0 % groups * size + $0 / groups }
    try node.emit(Gather(axis: axis), [node.input(0), node.constant(order, "channels")])
  }

  /// Adds positions around pictures.
  @Sendable private static func pad(_ node: Caffe2Node) throws {
    let modes: [String: Pad.Mode] = ["constant": .constant, "edge": .edge, "reflect": .reflect]
    let text = node.text("mode", default: "constant")
    guard let mode = modes[text] else { throw node.invalid("a known mode", text) }
    let all = try node.int("pad", default: 0)
    let sides = try ["pad_t", "pad_l", "pad_b", "pad_r"].map { try node.int($0, default: all) }
    let isFirst = try node.layout() == .channelsFirst
    let (before, after) = (Array(sides[..<2]), Array(sides[2...]))
    let op = Pad(
      mode: mode,
      pads: isFirst ? [0, 0] + before + [0, 0] + after : [0] + before + [0, 0] + after + [0],
      value: Double(try node.float("value", default: 0))
    )
    try node.emit(op, [node.input(0)])
  }

  @Sendable private static func tile(_ node: Caffe2Node) throws {
    let rank = try node.rank()
    let axis = try node.int("axis", default: 0)
    guard node.inputCount == 1, (0..<rank).contains(axis) else {
      throw Caffe2Unsupported(reason: "repeats that are data")
    }
    var repeats = [Int](repeating: 1, count: rank)
    repeats[axis] = try node.int("tiles", default: 1)
    try node.emit(Tile(repeats: repeats), [node.input(0)])
  }
}
