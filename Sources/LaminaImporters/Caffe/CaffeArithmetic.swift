import LaminaCore
import LaminaOperators

extension CaffeGraphBuilder {
  /// Layers that combine blobs position by position.
  static let arithmetic: [CaffeRule] = [
    CaffeRule("Eltwise", lowering: eltwise),
    CaffeRule("Scale", lowering: scale),
    CaffeRule("Bias", lowering: bias),
    CaffeRule("Axpy", lowering: axpy),
  ]

  @Sendable private static func eltwise(_ layer: CaffeLayer) throws {
    let parameter = layer.parameter.eltwiseParam
    guard layer.bottoms.count > 1 else {
      throw layer.invalid("two bottoms or more", "\(layer.bottoms.count)")
    }
    switch parameter.operation {
    case .max: try layer.emit(VariadicElementwise(.max), inputs: layer.bottoms)
    case .sum: try sum(layer, parameter.coeff)
    case .prod:
      var product = try layer.bottom
      for (index, factor) in layer.bottoms.enumerated().dropFirst().dropLast() {
        let name = "product\(index)"
        product = try layer.step(BinaryElementwise(.mul), [product, factor], name)
      }
      try layer.emit(BinaryElementwise(.mul), inputs: [product, layer.bottoms.last])
    }
  }

  /// Bottoms are added, each times its coefficient where there are any.
  private static func sum(_ layer: CaffeLayer, _ coefficients: [Float]) throws {
    guard coefficients.isEmpty || coefficients.count == layer.bottoms.count else {
      throw layer.invalid("a coefficient for each bottom", "\(coefficients.count)")
    }
    if coefficients == [1, -1] {
      return try layer.emit(BinaryElementwise(.sub), inputs: layer.bottoms)
    }
    var terms = layer.bottoms
    for (index, factor) in coefficients.enumerated() where factor != 1 {
      let scale = UnaryElementwise(.affine(alpha: Double(factor), beta: 0))
      terms[index] = try layer.step(scale, [terms[index]], "term\(index)")
    }
    if terms.count == 2 { return try layer.emit(BinaryElementwise(.add), inputs: terms) }
    try layer.emit(VariadicElementwise(.sum), inputs: terms)
  }

  /// Weights, or a second bottom, along some axes; a bias where there is one.
  @Sendable private static func scale(_ layer: CaffeLayer) throws {
    let parameter = layer.parameter.scaleParam
    if layer.bottoms.count > 1 {
      let factor = try aligned(layer, bottom: 1, axis: parameter.axis)
      guard parameter.biasTerm else {
        return try layer.emit(BinaryElementwise(.mul), inputs: [layer.bottom, factor])
      }
      let product = try layer.step(BinaryElementwise(.mul), [layer.bottom, factor], "product")
      let bias = try spread(layer, 0, parameter.axis, layer.shape(1).rank, "bias")
      return try layer.emit(BinaryElementwise(.add), inputs: [product, bias])
    }
    if parameter.numAxes == 1, try layer.axis(parameter.axis) == 1 {
      return try scaleOfChannels(layer, hasBias: parameter.biasTerm)
    }
    let axes = Int(parameter.numAxes)
    let factor = try spread(layer, 0, parameter.axis, axes, "weight")
    guard parameter.biasTerm else {
      return try layer.emit(BinaryElementwise(.mul), inputs: [layer.bottom, factor])
    }
    let product = try layer.step(BinaryElementwise(.mul), [layer.bottom, factor], "product")
    let bias = try spread(layer, 1, parameter.axis, axes, "bias")
    try layer.emit(BinaryElementwise(.add), inputs: [product, bias])
  }

  /// A scale of channels is a normalization by mean 0 and variance 1, which folds as one.
  private static func scaleOfChannels(_ layer: CaffeLayer, hasBias: Bool) throws {
    let channels = try channelCount(layer, weight: 0)
    try layer.emit(
      BatchNorm(epsilon: 0),
      inputs: [
        layer.bottom, layer.weight(0, [channels], "weight"),
        hasBias
          ? layer.weight(1, [channels], "bias")
          : layer.constant(repeating: 0, channels, "bias"),
        layer.constant(repeating: 0, channels, "mean"),
        layer.constant(repeating: 1, channels, "variance"),
      ]
    )
  }

  /// The channels of the bottom: by its shape, else by the number of weights.
  static func channelCount(_ layer: CaffeLayer, weight: Int) throws -> Int {
    let shape = layer.shape()
    if shape.isRanked, shape.rank > 1, shape[1] > 0 { return shape[1] }
    guard let count = layer.weightCount(weight), count > 0 else {
      throw CaffeUnsupported(reason: "its weights are in no file, nor is their size")
    }
    return count
  }

  @Sendable private static func bias(_ layer: CaffeLayer) throws {
    let parameter = layer.parameter.biasParam
    let bias =
      layer.bottoms.count > 1
      ? try aligned(layer, bottom: 1, axis: parameter.axis)
      : try spread(layer, 0, parameter.axis, Int(parameter.numAxes), "bias")
    try layer.emit(BinaryElementwise(.add), inputs: [layer.bottom, bias])
  }

  /// y = a · x + z, where a has one number for each channel.
  @Sendable private static func axpy(_ layer: CaffeLayer) throws {
    let (a, x, z) = (try layer.bottom(0), try layer.bottom(1), try layer.bottom(2))
    let missing = try layer.rank(1) - layer.rank(0)
    var factor = a
    if missing > 0 {
      let axes = Array(try layer.rank(0)..<layer.rank(1))
      factor = try layer.step(Unsqueeze(axes: axes), [a], "factor")
    }
    let product = try layer.step(BinaryElementwise(.mul), [factor, x], "product")
    try layer.emit(BinaryElementwise(.add), inputs: [product, z])
  }

  /// A bottom with axes of length 1 behind, so that it lies along the first one from an axis on.
  private static func aligned(
    _ layer: CaffeLayer,
    bottom index: Int,
    axis: Int32
  ) throws -> ValueID {
    let start = try layer.axis(axis)
    let own = try layer.rank(index)
    let missing = try layer.rank() - start - own
    guard missing > 0 else { return try layer.bottom(index) }
    return try layer.step(
      Unsqueeze(axes: Array(own..<own + missing)),
      [layer.bottom(index)],
      "aligned"
    )
  }

  /// Weights along some axes of the bottom; −1 for all from the first on.
  private static func spread(
    _ layer: CaffeLayer,
    _ blob: Int,
    _ axis: Int32,
    _ count: Int,
    _ name: String
  ) throws -> ValueID {
    let shape = layer.shape()
    let start = try layer.axis(axis)
    let end = count < 0 ? shape.rank : start + count
    guard end <= shape.rank else {
      throw layer.invalid("at most \(shape.rank - start) axes", "\(count)")
    }
    let ones = [Int](repeating: 1, count: shape.rank - end)
    var lengths = Array(shape.dims[start..<end])
    if lengths.count == 1, lengths[0] < 0 { lengths = [layer.weightCount(blob) ?? -1] }
    guard lengths.allSatisfy({ $0 > 0 }) else {
      throw CaffeUnsupported(reason: "the size of its weights depends on the input")
    }
    return try layer.weight(blob, lengths + ones, name)
  }
}
