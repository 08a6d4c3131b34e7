import LaminaCore
import LaminaOperators

extension CaffeGraphBuilder {
  /// Normalizations.
  static let normalizations: [CaffeRule] = [
    CaffeRule("BatchNorm", lowering: batchNorm),
    CaffeRule("BN", lowering: scaledBatchNorm),
    CaffeRule("LRN", lowering: localResponse),
    CaffeRule("MVN") { layer in
      let parameter = layer.parameter.mvnParam
      let axes = Array((parameter.acrossChannels ? 1 : 2)..<(try layer.rank()))
      return MeanVarianceNormalization(
        axes: axes,
        epsilon: parameter.eps,
        normalizesVariance: parameter.normalizeVariance
      )
    },
    CaffeRule("Normalize", lowering: normalize),
  ]

  /// Blobs are sums of means and variances, and the number that they are to be divided by.
  @Sendable private static func batchNorm(_ layer: CaffeLayer) throws {
    let channels = try channelCount(layer, weight: 0)
    let divisor = try layer.values(2)?.first ?? 1
    let factor = divisor == 0 ? 0 : 1 / divisor
    func moments(_ index: Int, _ name: String) throws -> ValueID {
      if factor == 1 { return try layer.weight(index, [channels], name) }
      let values = try layer.values(index).map { $0.map { $0 * factor } }
      return try layer.weight(values, [channels], name)
    }
    try layer.emit(
      BatchNorm(epsilon: layer.parameter.batchNormParam.eps),
      inputs: [
        layer.bottom, layer.constant(repeating: 1, channels, "scale"),
        layer.constant(repeating: 0, channels, "bias"),
        moments(0, "mean"), moments(1, "variance"),
      ]
    )
  }

  /// Blobs are scale and shift, and in some branches mean and variance.
  @Sendable private static func scaledBatchNorm(_ layer: CaffeLayer) throws {
    let channels = try channelCount(layer, weight: 0)
    let hasMoments = layer.weightCount(2) != nil
    try layer.emit(
      BatchNorm(epsilon: hasMoments ? layer.parameter.bnParam.eps : 0),
      inputs: [
        layer.bottom, layer.weight(0, [channels], "scale"), layer.weight(1, [channels], "shift"),
        hasMoments
          ? layer.weight(2, [channels], "mean") : layer.constant(repeating: 0, channels, "mean"),
        hasMoments
          ? layer.weight(3, [channels], "variance")
          : layer.constant(repeating: 1, channels, "variance"),
      ]
    )
  }

  /// Along the channels, or over a square of each channel: x · (1 + alpha · mean(x²)) ^ −beta.
  @Sendable private static func localResponse(_ layer: CaffeLayer) throws {
    let parameter = layer.parameter.lrnParam
    let size = Int(parameter.localSize)
    guard size % 2 == 1 else { throw layer.invalid("an odd local_size", "\(size)") }
    guard parameter.normRegion == .withinChannel else {
      let op = LRN(
        size: size,
        alpha: parameter.alpha,
        beta: parameter.beta,
        bias: parameter.k
      )
      return try layer.emit(op, inputs: [layer.bottom])
    }
    let reach = [Int](repeating: (size - 1) / 2, count: 2)
    let window = Window(
      size: [size, size],
      padding: .explicit(before: reach, after: reach),
      roundsUp: true
    )
    let squares = try layer.step(UnaryElementwise(.square), [layer.bottom], "squares")
    let pool = AveragePool(window: window, countsPadding: true)
    let means = try layer.step(pool, [squares], "means")
    let affine = UnaryElementwise(.affine(alpha: Double(parameter.alpha), beta: 1))
    let scale = try layer.step(affine, [means], "scale")
    let exponent = layer.constant(Tensor(scalar: -parameter.beta), "exponent")
    let factor = try layer.step(BinaryElementwise(.pow), [scale, exponent], "factor")
    try layer.emit(BinaryElementwise(.mul), inputs: [layer.bottom, factor])
  }

  /// Divides by the length along the channels, or of all of an image, and scales.
  @Sendable private static func normalize(_ layer: CaffeLayer) throws {
    let parameter = layer.parameter.normParam
    let axes = parameter.acrossSpatial ? Array(1..<max(try layer.rank(), 1)) : [1]
    let op = L2Normalization(axes: axes, epsilon: parameter.eps)
    let unit = try layer.step(op, [layer.bottom], "unit")
    let channels = parameter.channelShared ? 1 : try channelCount(layer, weight: 0)
    let ones = [Int](repeating: 1, count: max(try layer.rank() - 2, 0))
    let scale = try layer.weight(0, parameter.channelShared ? [1] : [channels] + ones, "scale")
    try layer.emit(BinaryElementwise(.mul), inputs: [unit, scale])
  }
}
