import LaminaCore
import LaminaOperators

/// Every layer that is known, one table per family.
enum KerasLayers {
  static let tables: [[KerasRule]] = [
    core, shapes, convolutions, poolings, normalizations, merges, recurrent, attention,
    preprocessing, functions,
  ]

  /// All rules by the names of their classes.
  static let rules: [String: KerasRule] = Dictionary(
    tables.joined().map { ($0.name, $0) },
    uniquingKeysWith: { first, _ in first }
  )

  /// Layers behind which a mask means nothing.
  static let maskEnds: Set<String> = [
    "Flatten", "Reshape", "Permute", "GlobalAveragePooling1D", "GlobalMaxPooling1D",
    "GlobalAvgPool1D", "GlobalMaxPool1D", "LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional",
  ]

  /// Layers with weights of one matrix, activations, and what does nothing when a model runs.
  static let core: [KerasRule] = [
    KerasRule("Dense", lowering: dense),
    KerasRule("EinsumDense", lowering: einsumDense),
    KerasRule("Embedding", lowering: embedding),
    KerasRule(
      "Activation",
      lowering: { node in
        [try node.emitActivation(node.activationName(), node.input(), node.config["activation"])]
      }
    ),
    KerasRule("ReLU", lowering: relu),
    KerasRule("LeakyReLU") { node in
      UnaryElementwise(
        .leakyRelu(slope: try node.config.float("negative_slope", "alpha", default: 0.3))
      )
    },
    KerasRule(
      "PReLU",
      lowering: { node in
        [try node.emit(PRelu(), [node.input(), node.constant(weight: 0, "alpha")])]
      }
    ),
    KerasRule(
      "LayerScale",
      lowering: { node in
        [try node.emit(BinaryElementwise(.mul), [node.input(), node.constant(weight: 0, "gamma")])]
      }
    ),
    KerasRule("ELU") { node in
      UnaryElementwise(.elu(alpha: try node.config.float("alpha", default: 1)))
    },
    KerasRule("ThresholdedReLU") { node in
      UnaryElementwise(.thresholdedRelu(alpha: try node.config.float("theta", default: 1)))
    },
    KerasRule(
      "Softmax",
      lowering: { node in
        guard node.inputs.count == 1 else { throw KerasUnsupported(reason: "a mask as an input") }
        let axes = node.config["axis"].map {
          $0.integer.map { [$0] } ?? $0.elements.compactMap(\.integer)
        }
        guard (axes?.count ?? 1) == 1 else { throw KerasUnsupported(reason: "several axes") }
        return [try node.emit(Softmax(axis: axes?.first ?? -1))]
      }
    ),
    KerasRule("Dropout") { node in
      Dropout(ratio: try node.config.float("rate", "p", default: 0.5))
    },
    idle("SpatialDropout1D"), idle("SpatialDropout2D"), idle("SpatialDropout3D"),
    idle("GaussianDropout"), idle("GaussianNoise"), idle("AlphaDropout"),
    idle("ActivityRegularization"), idle("Identity"), idle("RandomFlip"),
    idle("RandomRotation"), idle("RandomZoom"), idle("RandomTranslation"),
    idle("RandomContrast"), idle("RandomBrightness"), idle("RandomHue"), idle("RandomSaturation"),
    idle("RandomHeight"), idle("RandomWidth"),
    KerasRule(
      "Lambda",
      lowering: { _ in
        throw KerasUnsupported(reason: "Lambda holds Python code, which is not run")
      }
    ),
    KerasRule("Masking", lowering: masking),
  ]

  /// A layer that changes something in training only.
  private static func idle(_ name: String) -> KerasRule { KerasRule(name) { _ in Identity() } }

  @Sendable private static func dense(_ node: KerasNode) throws -> [ValueID] {
    let x = try node.input()
    var inputs = [x, try node.constant(weight: 0, "kernel")]
    if node.weights.weights.count > 1, node.config.bool("use_bias", default: true) {
      let bias = try node.constant(weight: 1, "bias")
      if try node.type().shape.rank == 2 {
        inputs.append(bias)
        return [try node.emitActivated(Gemm(), inputs)]
      }
      let product = try node.add(MatMul(), inputs, "product")
      return [try node.emitActivated(BinaryElementwise(.add), [product, bias])]
    }
    return [try node.emitActivated(MatMul(), inputs)]
  }

  @Sendable private static func einsumDense(_ node: KerasNode) throws -> [ValueID] {
    let equation = node.config.string("equation", default: "")
    let x = try node.input()
    let kernel = try node.constant(weight: 0, "kernel")
    guard node.weights.weights.count > 1 else {
      return [try node.emitActivated(Einsum(equation: equation), [x, kernel])]
    }
    let product = try node.add(Einsum(equation: equation), [x, kernel], "product")
    let bias = try node.constant(weight: 1, "bias")
    return [try node.emitActivated(BinaryElementwise(.add), [product, bias])]
  }

  @Sendable private static func embedding(_ node: KerasNode) throws -> [ValueID] {
    var indices = try node.input()
    let type = try node.type()
    if type.dtype.isFloatingPoint {
      indices = try node.add(Cast(to: .int32), [indices], "indices")
    }
    let y = try node.emit(Gather(axis: 0), [node.constant(weight: 0, "embeddings"), indices])
    if node.config.bool("mask_zero") {
      let dtype: DataType = type.dtype.isFloatingPoint ? .int32 : type.dtype
      let zero = node.constant(try Tensor(zeros: dtype, []), "zero")
      node.builder.masks[y] = try node.add(BinaryElementwise(.notEqual), [indices, zero], "mask")
    }
    return [y]
  }

  /// Steps all of whose elements are the value are cleared and do not count.
  @Sendable private static func masking(_ node: KerasNode) throws -> [ValueID] {
    let x = try node.input()
    let value = try node.constant(
      Tensor(.float32, [], rounding: [node.config.float("mask_value", default: 0)]),
      "value"
    )
    let differs = try node.add(BinaryElementwise(.notEqual), [x, value], "differs")
    let any = Reduce(.any, axes: [-1], keepsDimensions: true)
    let kept = try node.add(any, [differs], "kept")
    let factor = try node.add(Cast(to: .float32), [kept], "factor")
    let y = try node.emit(BinaryElementwise(.mul), [x, factor])
    node.builder.masks[y] = try node.add(Squeeze(axes: [-1]), [kept], "mask")
    return [y]
  }

  /// x below the threshold is scaled; what is left is bounded.
  @Sendable private static func relu(_ node: KerasNode) throws -> [ValueID] {
    let slope = try node.config.float("negative_slope", default: 0)
    let threshold = try node.config.float("threshold", default: 0)
    let bound = try node.config["max_value"].map { _ in
      try node.config.float("max_value", default: 0)
    }
    let x = try node.input()
    guard threshold == 0 else {
      guard slope == 0, bound == nil else { throw KerasUnsupported(reason: "a threshold") }
      return [try node.emit(UnaryElementwise(.thresholdedRelu(alpha: threshold)), [x])]
    }
    if slope == 0 {
      guard let bound else { return [try node.emit(UnaryElementwise(.relu), [x])] }
      return [try node.emit(Clip(low: 0, high: bound), [x])]
    }
    let leaky = UnaryElementwise(.leakyRelu(slope: slope))
    guard let bound else { return [try node.emit(leaky, [x])] }
    return [try node.emit(Clip(high: bound), [try node.add(leaky, [x], "leaky")])]
  }
}
