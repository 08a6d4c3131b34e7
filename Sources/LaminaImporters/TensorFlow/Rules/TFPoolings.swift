import LaminaCore
import LaminaOperators

extension TFImporter {
  /// Windows that sum up what they see; padding never counts.
  static let poolings: [TFRule] = [
    TFRule("MaxPool") { node in
      MaxPool(window: try pool(node, rank: 2), layout: node.layout)
    },
    TFRule(
      "MaxPoolV2",
      lowering: { node in
        let window = try node.window(
          size: node.spatial(node.constantInts(1), rank: 2, "lengths"),
          strides: node.constantInts(2)
        )
        try node.emit(MaxPool(window: window, layout: node.layout), [try node.value(0)])
      }
    ),
    TFRule("MaxPool3D") { node in
      MaxPool(window: try pool(node, rank: 3), layout: node.layout)
    },
    TFRule("AvgPool") { node in
      AveragePool(window: try pool(node, rank: 2), layout: node.layout, countsPadding: false)
    },
    TFRule("AvgPool3D") { node in
      AveragePool(window: try pool(node, rank: 3), layout: node.layout, countsPadding: false)
    },
  ]

  private static func pool(_ node: TFNode, rank: Int) throws -> Window {
    try node.requireInputs(1...1)
    return try node.window(
      size: node.spatial(node.ints("ksize") ?? [], rank: rank, "lengths")
    )
  }

  /// Normalizations by given moments, and by neighbours.
  static let normalizations: [TFRule] = [
    TFRule("FusedBatchNorm", lowering: fusedBatchNorm),
    TFRule("FusedBatchNormV2", lowering: fusedBatchNorm),
    TFRule("FusedBatchNormV3", lowering: fusedBatchNorm),
    TFRule("BatchNormWithGlobalNormalization", lowering: globalBatchNorm),
    TFRule("LRN") { node in
      let radius = node.int("depth_radius", default: 5)
      guard (0..<1 << 20).contains(radius) else { throw node.invalid("a radius", "\(radius)") }
      let size = 2 * radius + 1
      return LRN(
        size: size,
        alpha: node.float("alpha", default: 1) * Float(size),
        beta: node.float("beta", default: 0.5),
        bias: node.float("bias", default: 1),
        layout: .channelsLast
      )
    },
  ]

  /// In training mode the moments are those of the input itself.
  @Sendable private static func fusedBatchNorm(_ node: TFNode) throws {
    try node.requireInputs(5...6)
    let format = node.string("data_format", default: "NHWC")
    var op = BatchNorm(
      epsilon: node.float("epsilon", default: 1e-4),
      axis: format.hasPrefix("NC") ? 1 : format.count - 1
    )
    let (x, scale, offset) = (try node.value(0), try node.value(1), try node.value(2))
    if node.bool("is_training", default: true) {
      (op.isTraining, op.momentum) = (true, 0)
      try node.emit(op, [x, scale, offset, offset, offset], count: 3)
      node.results += [node.results[1], node.results[2], node.results[2]]
    } else {
      let (mean, variance) = (try node.value(3), try node.value(4))
      try node.emit(op, [x, scale, offset, mean, variance])
      let moments = [TFValue.value(mean), .value(variance)]
      node.results += moments + moments + [.value(variance)]
    }
  }

  /// Inputs are x, mean, variance, offset, scale; without the last where it is not applied.
  @Sendable private static func globalBatchNorm(_ node: TFNode) throws {
    try node.requireInputs(5...5)
    var scale = try node.value(4)
    if !node.bool("scale_after_normalization", default: true) {
      let shape = try node.knownShape(1, rank: 1)
      scale = node.constant(
        try Tensor(.float32, shape, rounding: [Double](repeating: 1, count: shape[0])),
        "scale"
      )
    }
    let op = BatchNorm(epsilon: node.float("variance_epsilon", default: 1e-3), axis: 3)
    let (x, offset) = (try node.value(0), try node.value(3))
    try node.emit(op, [x, scale, offset, try node.value(1), try node.value(2)])
  }
}
