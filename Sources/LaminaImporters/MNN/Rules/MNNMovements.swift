import LaminaCore
import LaminaOperators

extension MNNImporter {
  /// Operators that give elements another place or shape.
  static let movements: [MNNRule] = [
    MNNRule("ConvertTensor", convert),
    MNNRule("Permute") { op, builder in
      try builder.emit(op, Transpose(permutation: try op.ints(0)), [builder.input(op)])
    },
    MNNRule("Transpose") { op, builder in
      try builder.emit(op, Transpose(), builder.inputs(op))
    },
    MNNRule("Reshape", reshape),
    MNNRule("Flatten", flatten),
    MNNRule("Squeeze") { op, builder in
      try builder.emit(op, Squeeze(axes: try axes(op)), builder.inputs(op))
    },
    MNNRule("Unsqueeze") { op, builder in
      try builder.emit(op, Unsqueeze(axes: try axes(op)), builder.inputs(op))
    },
    MNNRule("ExpandDims") { op, builder in
      let isGiven = op.inputs.count > 1
      let engine = Unsqueeze(axes: isGiven ? nil : [try op.int(2)])
      try builder.emit(op, engine, builder.inputs(op))
    },
    MNNRule("Tile") { op, builder in
      try builder.emit(op, Tile(), builder.inputs(op))
    },
    MNNRule("BroadcastTo") { op, builder in
      try builder.emit(op, Expand(), Array(builder.inputs(op).prefix(2)))
    },
    MNNRule("Padding", padding),
    MNNRule("Reverse") { op, builder in
      try builder.emit(op, Reverse(), builder.inputs(op))
    },
    MNNRule("ReverseSequence") { op, builder in
      let engine = ReverseSequence(batchAxis: try op.int(0), timeAxis: try op.int(1))
      try builder.emit(op, engine, builder.inputs(op))
    },
    MNNRule("DepthToSpace") { op, builder in
      let mode: DepthToSpace.Mode = try op.byte(1) == 0 ? .depthFirst : .columnFirst
      let engine = DepthToSpace(blockSize: try op.int(0), mode: mode, layout: builder.layout(op))
      try builder.emit(op, engine, [builder.input(op)])
    },
    MNNRule("SpaceToDepth") { op, builder in
      let engine = SpaceToDepth(blockSize: try op.int(0), layout: builder.layout(op))
      try builder.emit(op, engine, [builder.input(op)])
    },
    MNNRule("Shape", shape),
    MNNRule("Size") { op, builder in
      try builder.emit(op, SizeOf(dtype: .int32), [builder.input(op)])
    },
    MNNRule("Rank") { op, builder in
      try builder.emit(op, RankOf(), [builder.input(op)])
    },
  ]

  private static func axes(_ op: MNNOperator) throws -> [Int]? {
    guard let axes = try op.ints(0), !axes.isEmpty else { return nil }
    return axes
  }

  /// Returns the axes that bring N×C×spatial to N×spatial×C, or back.
  private static func permutation(rank: Int, toChannelsLast: Bool) -> [Int] {
    toChannelsLast
      ? [0] + Array(2..<rank) + [1] : [0, rank - 1] + Array(1..<rank - 1)
  }

  /// Channels move; blocks of four in memory are no concern of the graph.
  @Sendable private static func convert(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    let x = try builder.input(op)
    let target = MNNDataFormat(rawValue: try op.byte(1)) ?? .unknown
    let source = builder.format(op)
    guard let rank = builder.rank(x), rank >= 3, source.isChannelsLast != target.isChannelsLast
    else { return try builder.emit(op, Identity(), [x], format: target) }
    let axes = permutation(rank: rank, toChannelsLast: target.isChannelsLast)
    try builder.emit(op, Transpose(permutation: axes), [x], format: target)
  }

  /// Some networks count elements as N×H×W×C even where their channels come first.
  @Sendable private static func reshape(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    let x = try builder.input(op)
    let countsLast = try builder.format(op) == .nc4hw4 && op.byte(1) == MNNDataFormat.nhwc.rawValue
    var target = try op.ints(0)
    if op.inputs.count > 1 { target = try builder.constant(builder.input(op, 1))?.ints() }
    guard countsLast, let rank = builder.rank(x), rank >= 3 else {
      if let target { return try builder.emit(op, Reshape(shape: target), [x]) }
      return try builder.emit(op, Reshape(), builder.inputs(op))
    }
    guard var target, !target.contains(0) else {
      throw MNNUnsupported(reason: "a shape that is not known before the run")
    }
    if op.inputs.count > 1, target.count == 4 {
      // A list that is an input has the channels last; the operator's own has not.
      target = [0, 3, 1, 2].map { target[$0] }
    }
    let forth = Transpose(permutation: permutation(rank: rank, toChannelsLast: true))
    let moved = try builder.step(op, "channels last", forth, [x])
    guard target.count >= 3 else {
      return try builder.emit(op, Reshape(shape: target), [moved])
    }
    let axes = permutation(rank: target.count, toChannelsLast: true)
    let last = Reshape(shape: axes.map { target[$0] })
    let reshaped = try builder.step(op, "reshaped", last, [moved])
    let back = permutation(rank: target.count, toChannelsLast: false)
    try builder.emit(op, Transpose(permutation: back), [reshaped])
  }

  /// From `axis` to `endAxis`; without the latter everything before and after is one axis each.
  @Sendable private static func flatten(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    let x = try builder.input(op)
    let (axis, end) = (try op.int(0), try op.int(1))
    guard end != 0 else { return try builder.emit(op, Flatten(axis: axis), [x]) }
    guard let rank = builder.rank(x) else { throw MNNUnsupported(reason: "an unknown rank") }
    let first = axis < 0 ? axis + rank : axis
    let last = end < 0 ? end + rank : end
    guard (0..<rank).contains(first), (first..<rank).contains(last) else {
      throw MNNUnsupported(reason: "axes \(axis) to \(end) of \(rank)")
    }
    let dims = builder.type(x).shape.dims
    let tail = Array(dims[(last + 1)...])
    guard tail.allSatisfy({ $0 > 0 }) else { throw MNNUnsupported(reason: "unknown lengths") }
    let shape = [Int](repeating: 0, count: first) + [-1] + tail
    try builder.emit(op, Reshape(shape: shape), [x])
  }

  /// Pads are pairs; a third input is the value.
  @Sendable private static func padding(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    let modes: [Pad.Mode] = [.constant, .reflect, .symmetric, .edge]
    let number = try op.byte(0)
    guard modes.indices.contains(number) else { throw MNNUnsupported(reason: "mode \(number)") }
    var inputs = try builder.inputs(op)
    guard inputs.count >= 2, let pads = inputs[1], let list = builder.constant(pads) else {
      throw MNNUnsupported(reason: "pads that are not known before the run")
    }
    let pairs = try list.ints()
    let half = pairs.count / 2
    let flat = (0..<half).map { pairs[2 * $0] } + (0..<half).map { pairs[2 * $0 + 1] }
    inputs[1] = builder.constant(op, "pads", ints: flat)
    if modes[number] != .constant { inputs = Array(inputs.prefix(2)) }
    try builder.emit(op, Pad(mode: modes[number]), inputs)
  }

  /// Some networks see N×H×W×C even where their channels come first.
  @Sendable private static func shape(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    let x = try builder.input(op)
    let start = try op.main.map { try $0.bool(0) ? $0.int(1) : 0 } ?? 0
    let end = try op.main.flatMap { try $0.bool(2) ? $0.int(3) : nil }
    let engine = ShapeOf(start: start, end: end, dtype: .int32)
    guard builder.format(op) == .nc4hw4, op.defaultFormat == .nhwc, builder.rank(x) == 4 else {
      return try builder.emit(op, engine, [x], format: op.defaultFormat, type: .unknown)
    }
    let axes = permutation(rank: 4, toChannelsLast: true)
    let moved = try builder.step(op, "channels last", Transpose(permutation: axes), [x])
    try builder.emit(op, engine, [moved], format: .nhwc, type: .unknown)
  }
}
