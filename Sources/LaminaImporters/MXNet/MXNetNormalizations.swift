import LaminaCore
import LaminaOperators

extension MXNetGraphBuilder {
  /// Normalizations.
  static let normalizations: [MXNetRule] = [
    MXNetRule("BatchNorm", weights: [1, 2, 3, 4], lowering: batchNorm),
    MXNetRule("BatchNorm_v1", weights: [1, 2, 3, 4], lowering: batchNorm),
    MXNetRule("_contrib_SyncBatchNorm", weights: [1, 2, 3, 4], lowering: batchNorm),
    MXNetRule(
      "InstanceNorm",
      weights: [1, 2],
      lowering: { node in
        let channels = [node.channels(orElse: nil)]
        let op = InstanceNorm(epsilon: try node.float("eps", default: 1e-3))
        try node.emit(op, [node.input(0), node.weight(1, channels), node.weight(2, channels)])
      }
    ),
    MXNetRule("LayerNorm", weights: [1, 2], lowering: layerNorm),
    MXNetRule("LRN") { node in
      LRN(
        size: try node.int("nsize", default: 5),
        alpha: try node.float("alpha", default: 1e-4),
        beta: try node.float("beta", default: 0.75),
        bias: try node.float("knorm", default: 2)
      )
    },
    MXNetRule("L2Normalization") { node in
      let axes: [Int]
      switch node.text("mode", default: "instance") {
      case "channel": axes = [1]
      case "spatial": axes = Array(2..<max(try node.rank(), 2))
      default: axes = Array(1..<max(try node.rank(), 1))
      }
      return L2Normalization(axes: axes, epsilon: try node.float("eps", default: 1e-10))
    },
  ]

  /// Unless the file says otherwise, the scale is fixed to 1, whatever its elements are.
  ///
  /// Old graphs leave out the moving mean and variance; they are found by their names.
  @Sendable private static func batchNorm(_ node: MXNetNode) throws {
    let axis = try node.int("axis", default: 1)
    let known = [1, 2].lazy.compactMap { node.constantInput($0)?.count }.first
    let rank = node.shape().isRanked ? node.shape().rank : 0
    let channels = node.channels(orElse: known, axis: axis < 0 ? axis + rank : axis)
    guard channels > 0, channels < 1 << 24 else {
      throw MXNetUnsupported(reason: "its weights are in no file, nor is their size")
    }
    var scale = try node.weight(1, [channels])
    if node.bool("fix_gamma", default: true) {
      try node.builder.graph.reserve(channels, for: node.place)
      let dtype = node.constantInput(1)?.dtype ?? .float32
      let ones = [Double](repeating: 1, count: channels)
      scale = node.constant(try Tensor(dtype, [channels], rounding: ones), "fixed_gamma")
    }
    let op = BatchNorm(epsilon: try node.float("eps", default: 1e-3), axis: axis)
    try node.emit(
      op,
      [
        node.input(0), scale, node.weight(2, [channels]),
        moment(node, 3, "_moving_mean", channels), moment(node, 4, "_moving_var", channels),
      ]
    )
  }

  private static func moment(
    _ node: MXNetNode,
    _ position: Int,
    _ suffix: String,
    _ channels: Int
  ) throws -> ValueID {
    if position < node.inputCount { return try node.weight(position, [channels]) }
    if let tensor = node.builder.model.tensors[node.name + suffix] {
      return node.constant(tensor, String(suffix.dropFirst()))
    }
    guard node.builder.model.missingWeights != nil else {
      throw node.invalid("\(node.name)\(suffix) among the parameters", "none")
    }
    return node.builder.graph.addAbsentWeight(node.name + suffix, [channels])
  }

  @Sendable private static func layerNorm(_ node: MXNetNode) throws {
    let axis = try node.int("axis", default: -1)
    let rank = try node.rank()
    guard axis == -1 || axis == rank - 1 else {
      throw MXNetUnsupported(reason: "an axis that is not the last")
    }
    let length = [node.shape().dims.last ?? -1]
    let op = LayerNorm(axis: -1, epsilon: try node.float("eps", default: 1e-5))
    try node.emit(op, [node.input(0), node.weight(1, length), node.weight(2, length)])
  }
}
