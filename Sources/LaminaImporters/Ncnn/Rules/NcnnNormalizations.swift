import LaminaCore
import LaminaOperators

extension NcnnImporter {
  /// Layers that scale by means and variances; channels are the first axis of a blob.
  static let normalizations: [NcnnRule] = [
    NcnnRule("BatchNorm", batchNorm),
    NcnnRule("InstanceNorm", instanceNorm),
    NcnnRule("GroupNorm", groupNorm),
    NcnnRule("LayerNorm", layerNorm),
    NcnnRule("RMSNorm", layerNorm),
    NcnnRule("LRN", localResponse),
    NcnnRule("MVN", meanVariance),
    NcnnRule("Normalize", normalize),
    NcnnRule("Softmax") { layer, builder in
      try builder.emit(layer, Softmax(axis: layer.engineAxis(0)), [builder.input(layer)])
    },
  ]

  /// Arrays are slope, mean, variance and bias.
  @Sendable private static func batchNorm(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    let shape: Shape = [layer.int(0)]
    var values: [String: ValueID] = [:]
    for name in ["slope", "mean", "variance", "bias"] {
      values[name] = builder.constant(layer, name, try builder.plain(layer, name, shape))
    }
    let inputs = [values["slope"], values["bias"], values["mean"], values["variance"]]
    let op = BatchNorm(epsilon: layer.float(1))
    try builder.emit(layer, op, [try builder.input(layer)] + inputs)
  }

  /// Takes scale and bias, or makes ones and zeros where the layer has none.
  private static func scaleAndBias(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder,
    count: Int,
    isGiven: Bool
  ) throws -> (scale: Tensor, bias: Tensor) {
    let shape: Shape = [count]
    guard isGiven else {
      guard (0..<1 << 24).contains(count) else {
        throw NcnnUnsupported(reason: "\(count) channels")
      }
      let ones = try Tensor.build(shape, of: Float.self) { $0.update(repeating: 1) }
      return (ones, try Tensor(zeros: .float32, shape))
    }
    let scale = try builder.plain(layer, "scale", shape)
    if layer.type == "RMSNorm" { return (scale, try Tensor(zeros: .float32, shape)) }
    return (scale, try builder.plain(layer, "bias", shape))
  }

  @Sendable private static func instanceNorm(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    let isGiven = layer.int(2, default: 1) != 0
    let x = isGiven ? nil : try builder.input(layer)
    let count = layer.int(0) > 0 ? layer.int(0) : x.flatMap { builder.length($0, 0) } ?? 0
    let (scale, bias) = try scaleAndBias(layer, &builder, count: count, isGiven: isGiven)
    let inputs = [
      try builder.input(layer), builder.constant(layer, "scale", scale),
      builder.constant(layer, "bias", bias),
    ]
    try builder.emit(layer, InstanceNorm(epsilon: layer.float(1, default: 0.001)), inputs)
  }

  @Sendable private static func groupNorm(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    let isGiven = layer.int(3, default: 1) != 0
    let (scale, bias) = try scaleAndBias(layer, &builder, count: layer.int(1), isGiven: isGiven)
    let inputs = [
      try builder.input(layer), builder.constant(layer, "scale", scale),
      builder.constant(layer, "bias", bias),
    ]
    let op = GroupNorm(groups: layer.int(0, default: 1), epsilon: layer.float(2, default: 0.001))
    try builder.emit(layer, op, inputs)
  }

  /// Over the last axis, or over the planes of an image when there are as many scales.
  @Sendable private static func layerNorm(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    let isGiven = layer.int(2, default: 1) != 0
    let count = layer.int(0)
    var (scale, bias) = try scaleAndBias(layer, &builder, count: count, isGiven: isGiven)
    let x = try builder.input(layer)
    let rank = builder.rank(x)
    let width = builder.length(x, rank - 1)
    var axis = -1
    if rank >= 3, let width, width != count {
      guard let height = builder.length(x, rank - 2), height * width == count else {
        throw NcnnUnsupported(reason: "\(count) scales for rows of \(width)")
      }
      axis = -2
      scale = try scale.reshaped(to: [height, width])
      bias = try bias.reshaped(to: [height, width])
    }
    let epsilon = layer.float(1, default: 0.001)
    let s = builder.constant(layer, "scale", scale)
    if layer.type == "RMSNorm" {
      return try builder.emit(layer, RMSNorm(axis: axis, epsilon: epsilon), [x, s])
    }
    let b = builder.constant(layer, "bias", bias)
    try builder.emit(layer, LayerNorm(axis: axis, epsilon: epsilon), [x, s, b])
  }

  /// Region 0 is across channels; the other kind is not an operator of the engine.
  @Sendable private static func localResponse(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    guard layer.int(0) == 0 else { throw NcnnUnsupported(reason: "squares within a channel") }
    let op = LRN(
      size: layer.int(1, default: 5),
      alpha: layer.float(2, default: 1),
      beta: layer.float(3, default: 0.75),
      bias: layer.float(4, default: 1)
    )
    try builder.emit(layer, op, [builder.input(layer)])
  }

  /// (x − mean) / (√variance + eps), of each channel or of the whole blob.
  @Sendable private static func meanVariance(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    let x = try builder.input(layer)
    let axes = Array((layer.int(1) != 0 ? 1 : 2)..<builder.rank(x) + 1)
    let mean = Reduce(.mean, axes: axes, keepsDimensions: true)
    let means = try builder.step(layer, "mean", mean, [x])
    guard layer.int(0) != 0 else {
      return try builder.emit(layer, BinaryElementwise(.sub), [x, means])
    }
    let rest = try builder.step(layer, "rest", BinaryElementwise(.sub), [x, means])
    let squares = try builder.step(layer, "squares", UnaryElementwise(.square), [rest])
    let variance = try builder.step(layer, "variance", mean, [squares])
    let root = try builder.step(layer, "root", UnaryElementwise(.sqrt), [variance])
    let epsilon = Double(layer.float(2, default: 0.0001))
    let floor = UnaryElementwise(.affine(alpha: 1, beta: epsilon))
    let divisor = try builder.step(layer, "divisor", floor, [root])
    try builder.emit(layer, BinaryElementwise(.div), [rest, divisor])
  }

  /// x / norm · scale, over channels, positions or both; three ways to keep the norm from 0.
  @Sendable private static func normalize(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    let scales = try builder.plain(layer, "scale", [layer.int(3)])
    let x = try builder.input(layer)
    let planes = Array(2..<builder.rank(x) + 1)
    let axes = (layer.int(4) != 0 ? [1] : []) + (layer.int(0) != 0 ? planes : [])
    guard !axes.isEmpty, (0...2).contains(layer.int(9)) else {
      throw NcnnUnsupported(reason: "no axis to normalize along")
    }
    let sum = Reduce(.sumSquare, axes: axes, keepsDimensions: true)
    let squares = try builder.step(layer, "squares", sum, [x])
    let epsilon = Double(layer.float(2, default: 0.0001))
    let added = UnaryElementwise(.affine(alpha: 1, beta: epsilon))
    let norm: ValueID
    switch layer.int(9) {
    case 0:
      let safe = try builder.step(layer, "safe", added, [squares])
      norm = try builder.step(layer, "norm", UnaryElementwise(.sqrt), [safe])
    case 1:
      let root = try builder.step(layer, "root", UnaryElementwise(.sqrt), [squares])
      norm = try builder.step(layer, "norm", Clip(low: epsilon), [root])
    default:
      let safe = try builder.step(layer, "safe", Clip(low: epsilon), [squares])
      norm = try builder.step(layer, "norm", UnaryElementwise(.sqrt), [safe])
    }
    let scaled = try builder.step(layer, "scaled", BinaryElementwise(.div), [x, norm])
    let factor = builder.constant(layer, "scale", try builder.perChannel(scales, like: x))
    try builder.emit(layer, BinaryElementwise(.mul), [scaled, factor])
  }
}
