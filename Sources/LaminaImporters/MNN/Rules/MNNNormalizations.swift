import LaminaCore
import LaminaOperators

extension MNNImporter {
  /// Operators that scale by means and variances.
  static let normalizations: [MNNRule] = [
    MNNRule("BatchNorm", batchNorm),
    MNNRule("InstanceNorm", instanceNorm),
    MNNRule("LayerNorm", layerNorm),
    MNNRule("GroupNorm", groupNorm),
    MNNRule("LRN") { op, builder in
      guard try op.int(0) == 0 else { throw MNNUnsupported(reason: "squares within a channel") }
      let engine = LRN(
        size: try op.int(1),
        alpha: try op.float(2),
        beta: try op.float(3),
        bias: try op.float(4, default: 1),
        layout: builder.layout(op)
      )
      try builder.emit(op, engine, [builder.input(op)])
    },
    MNNRule("Normalize", normalize),
    MNNRule("Softmax") { op, builder in
      try builder.emit(op, Softmax(axis: try op.int(0)), [builder.input(op)])
    },
    MNNRule("Moments", moments),
  ]

  /// Fields are channels, slope, mean, variance and bias, and, in 7, epsilon.
  @Sendable private static func batchNorm(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    let names = [("slope", 1), ("bias", 4), ("mean", 2), ("variance", 3)]
    var inputs: [ValueID?] = [try builder.input(op)]
    for (name, field) in names {
      inputs.append(builder.constant(op, name, try op.floats(field) ?? []))
    }
    let axis =
      builder.format(op).isChannelsLast ? (builder.rank(try builder.input(op)) ?? 4) - 1 : 1
    let engine = BatchNorm(epsilon: try op.float(7, default: 0.001), axis: axis)
    try builder.emit(op, engine, inputs)
  }

  /// The same table; mean and variance are the image's own.
  @Sendable private static func instanceNorm(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    let scale = builder.constant(op, "slope", try op.floats(1) ?? [])
    let bias = builder.constant(op, "bias", try op.floats(4) ?? [])
    let engine = InstanceNorm(epsilon: try op.float(7, default: 0.001), layout: builder.layout(op))
    try builder.emit(op, engine, [try builder.input(op), scale, bias])
  }

  /// Over the last axes, as many as the list has; or over groups of channels.
  @Sendable private static func layerNorm(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    let x = try builder.input(op)
    guard let rank = builder.rank(x) else { throw MNNUnsupported(reason: "an unknown rank") }
    let count = max(try op.ints(0)?.count ?? 1, 1)
    let epsilon = try op.float(1)
    var (gamma, beta) = (try op.floats(2) ?? [], try op.floats(3) ?? [])
    if gamma.isEmpty, let range = try op.main?.integers(5, of: Int64.self), range.count >= 3 {
      gamma = try builder.externalFloats([range[0], range[1]], op)
      beta = try builder.externalFloats([range[0] + range[1], range[2]], op)
    }
    let groups = try op.int(4, default: 1)
    let dims = builder.type(x).shape.dims
    if groups > 1 {
      return try grouped(op, &builder, x, groups: groups, epsilon: epsilon, gamma, beta)
    }
    guard count <= rank else { throw MNNUnsupported(reason: "\(count) axes of \(rank)") }
    var shape = Shape(Array(dims.suffix(count)))
    if gamma.isEmpty {
      gamma = [1]
      shape = []
    } else if shape.elementCount != gamma.count {
      shape = [gamma.count]
    }
    let scale = builder.constant(op, "gamma", Tensor(gamma.count == 1 ? [] : shape, gamma))
    if try op.bool(6) {
      return try builder.emit(op, RMSNorm(axis: -count, epsilon: epsilon), [x, scale])
    }
    if beta.count != gamma.count { beta = gamma.map { _ in 0 } }
    let bias = builder.constant(op, "beta", Tensor(beta.count == 1 ? [] : shape, beta))
    try builder.emit(op, LayerNorm(axis: -count, epsilon: epsilon), [x, scale, bias])
  }

  /// Channels in groups, each with its own mean and variance; numbers are for channels.
  private static func grouped(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder,
    _ x: ValueID,
    groups: Int,
    epsilon: Float,
    _ gamma: [Float],
    _ beta: [Float]
  ) throws {
    let shape = builder.type(x).shape
    guard shape.rank >= 2, !builder.format(op).isChannelsLast, (1..<1 << 20).contains(shape[1])
    else {
      throw MNNUnsupported(reason: "groups of unknown channels")
    }
    let ones = [Float](repeating: 1, count: shape[1])
    let scale = builder.constant(op, "gamma", gamma.count == shape[1] ? gamma : ones)
    let zeros = [Float](repeating: 0, count: shape[1])
    let bias = builder.constant(op, "beta", beta.count == shape[1] ? beta : zeros)
    try builder.emit(op, GroupNorm(groups: groups, epsilon: epsilon), [x, scale, bias])
  }

  @Sendable private static func groupNorm(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    guard try op.int(5) == 0, op.inputs.count == 1 else {
      throw MNNUnsupported(reason: "a function behind the norm")
    }
    try grouped(
      op,
      &builder,
      builder.input(op),
      groups: op.int(4, default: 1),
      epsilon: op.float(1),
      op.floats(2) ?? [],
      op.floats(3) ?? []
    )
  }

  /// x / √(Σx² + eps) · scale over channels, or over the whole image.
  @Sendable private static func normalize(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    let x = try builder.input(op)
    let rank = builder.rank(x) ?? 4
    let axes = try op.int(0) != 0 ? Array(1..<max(rank, 2)) : [1]
    let sum = Reduce(.sumSquare, axes: axes, keepsDimensions: true)
    let squares = try builder.step(op, "squares", sum, [x])
    let floor = UnaryElementwise(.affine(alpha: 1, beta: Double(try op.float(2))))
    let safe = try builder.step(op, "safe", floor, [squares])
    let norm = try builder.step(op, "norm", UnaryElementwise(.sqrt), [safe])
    let scales = try op.floats(3) ?? []
    guard !scales.isEmpty else { return try builder.emit(op, BinaryElementwise(.div), [x, norm]) }
    let parts = try builder.step(op, "parts", BinaryElementwise(.div), [x, norm])
    let shape = scales.count == 1 ? [] : try builder.perChannel(scales.count, op, like: x)
    let factor = builder.constant(op, "scale", Tensor(shape, scales))
    try builder.emit(op, BinaryElementwise(.mul), [parts, factor])
  }

  /// Mean and variance are not one operator of the engine.
  @Sendable private static func moments(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    throw MNNUnsupported(reason: "two results")
  }
}
