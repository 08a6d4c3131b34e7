import LaminaCore
import LaminaOperators

extension KerasLayers {
  /// Layers that bring moments to given values.
  static let normalizations: [KerasRule] = [
    KerasRule("BatchNormalization", lowering: batchNorm),
    KerasRule("SyncBatchNormalization", lowering: batchNorm),
    KerasRule("BatchNormalizationV1", lowering: batchNorm),
    KerasRule("LayerNormalization", lowering: layerNorm),
    KerasRule(
      "RMSNormalization",
      lowering: { node in
        let epsilon = Float(try node.config.float("epsilon", default: 1e-6))
        let op = RMSNorm(axis: try node.config.int("axis", default: -1), epsilon: epsilon)
        return [try node.emit(op, [node.input(), node.constant(weight: 0, "scale")])]
      }
    ),
    KerasRule("GroupNormalization", lowering: groupNorm),
    KerasRule("UnitNormalization") { node in
      LpNormalization(axis: try node.singleAxis(default: -1), power: 2, floor: 1e-6)
    },
  ]

  /// Weights are gamma and beta, where there are any, then mean and variance.
  @Sendable private static func batchNorm(_ node: KerasNode) throws -> [ValueID] {
    let shape = try node.type().shape
    let axis = try shape.axis(node.singleAxis(default: -1))
    var position = 0
    func next(_ name: String, if isThere: Bool, else value: Double) throws -> ValueID {
      if isThere {
        defer { position += 1 }
        return try node.constant(weight: position, name)
      }
      let count = try node.weight(node.weights.weights.count - 1, "variance").count
      return try node.constant(floats: [Double](repeating: value, count: count), name)
    }
    guard !node.weights.isEmpty else { throw KerasMissingWeights() }
    let gamma = try next("gamma", if: node.config.bool("scale", default: true), else: 1)
    let beta = try next("beta", if: node.config.bool("center", default: true), else: 0)
    let mean = try next("moving_mean", if: true, else: 0)
    let variance = try next("moving_variance", if: true, else: 1)
    let epsilon = Float(try node.config.float("epsilon", default: 1e-3))
    let op = BatchNorm(epsilon: epsilon, axis: axis)
    return [try node.emit(op, [node.input(), gamma, beta, mean, variance])]
  }

  /// Lines are all axes from the first one named.
  @Sendable private static func layerNorm(_ node: KerasNode) throws -> [ValueID] {
    guard !node.config.bool("rms_scaling") else { throw KerasUnsupported(reason: "RMS scaling") }
    let shape = try node.type().shape
    let list = node.config["axis"].map { json in
      json.integer.map { [$0] } ?? json.elements.compactMap(\.integer)
    }
    let axes = try (list ?? [-1]).map { try shape.axis($0) }.sorted()
    guard let first = axes.first, axes == Array(first..<shape.rank) else {
      throw KerasUnsupported(reason: "axes that are not the last ones")
    }
    let (hasScale, hasShift) = (
      node.config.bool("scale", default: true), node.config.bool("center", default: true)
    )
    let scale =
      hasScale
      ? try node.constant(weight: 0, "gamma") : try node.constant(floats: [1], "gamma")
    let shift: [ValueID?] = hasShift ? [try node.constant(weight: hasScale ? 1 : 0, "beta")] : []
    let op = LayerNorm(
      axis: first,
      epsilon: Float(try node.config.float("epsilon", default: 1e-3))
    )
    return [try node.emit(op, [node.input(), scale] + shift)]
  }

  /// The operator takes channels first.
  @Sendable private static func groupNorm(_ node: KerasNode) throws -> [ValueID] {
    let shape = try node.type().shape
    let axis = try shape.axis(node.singleAxis(default: -1))
    guard axis == shape.rank - 1 || axis == 1, shape[axis] > 0 else {
      throw KerasUnsupported(reason: "channels on axis \(axis)")
    }
    let groups = try node.config.int("groups", default: 32)
    let hasScale = node.config.bool("scale", default: true)
    func parameter(_ name: String, _ isThere: Bool, _ position: Int, _ value: Double) throws
      -> ValueID
    {
      if isThere { return try node.constant(weight: position, name) }
      return try node.constant(floats: [Double](repeating: value, count: shape[axis]), name)
    }
    let scale = try parameter("gamma", hasScale, 0, 1)
    let center = node.config.bool("center", default: true)
    let shift = try parameter("beta", center, hasScale ? 1 : 0, 0)
    let op = GroupNorm(
      groups: groups == -1 ? shape[axis] : groups,
      epsilon: Float(try node.config.float("epsilon", default: 1e-3))
    )
    let x = try node.input()
    if axis == 1 { return [try node.emit(op, [x, scale, shift])] }
    let there = Transpose(permutation: [0, axis] + Array(1..<axis))
    let back = Transpose(permutation: [0] + Array(2..<shape.rank) + [1])
    let first = try node.add(there, [x], "channels first")
    let result = try node.add(op, [first, scale, shift], "normalized")
    return [try node.emit(back, [result])]
  }
}

extension KerasNode {
  /// The axis that a layer names, by itself or in a list of one.
  func singleAxis(default fallback: Int) throws -> Int {
    guard let value = config["axis"] else { return fallback }
    if let axis = value.integer { return axis }
    let list = value.elements.compactMap(\.integer)
    guard list.count == 1 else { throw KerasUnsupported(reason: "several axes") }
    return list[0]
  }
}
