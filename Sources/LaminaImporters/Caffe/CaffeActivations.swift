import Glibc
import LaminaCore
import LaminaOperators

extension CaffeGraphBuilder {
  /// Functions of single elements.
  static let activations: [CaffeRule] = [
    CaffeRule("ReLU") { layer in
      let slope = Double(layer.parameter.reluParam.negativeSlope)
      return UnaryElementwise(slope == 0 ? .relu : .leakyRelu(slope: slope))
    },
    CaffeRule("ReLU6") { layer in
      guard layer.parameter.relu6Param.negativeSlope == 0 else {
        throw CaffeUnsupported(reason: "a negative slope")
      }
      return UnaryElementwise(.relu6)
    },
    CaffeRule("PReLU", lowering: prelu),
    CaffeRule("ELU") { UnaryElementwise(.elu(alpha: Double($0.parameter.eluParam.alpha))) },
    CaffeRule("Sigmoid") { _ in UnaryElementwise(.sigmoid) },
    CaffeRule("TanH") { _ in UnaryElementwise(.tanh) },
    CaffeRule("BNLL") { _ in UnaryElementwise(.softplus) },
    CaffeRule("AbsVal") { _ in UnaryElementwise(.abs) },
    CaffeRule("Swish") { UnaryElementwise(.swish(alpha: Double($0.parameter.swishParam.beta))) },
    CaffeRule("Mish") { _ in UnaryElementwise(.mish) },
    CaffeRule("Clip") { layer in
      let parameter = layer.parameter.clipParam
      return Clip(low: Double(parameter.min), high: Double(parameter.max))
    },
    CaffeRule("Threshold") { layer in
      Binarizer(threshold: Double(layer.parameter.thresholdParam.threshold))
    },
    CaffeRule("Power", lowering: power),
    CaffeRule("Exp", lowering: exponential),
    CaffeRule("Log", lowering: logarithm),
    CaffeRule("Softmax") { Softmax(axis: Int($0.parameter.softmaxParam.axis)) },
    CaffeRule("Dropout") { _ in Identity() },
  ]

  /// A slope for each channel, or one for all.
  @Sendable private static func prelu(_ layer: CaffeLayer) throws {
    let shape = layer.shape()
    if layer.parameter.preluParam.channelShared {
      return try layer.emit(PRelu(), inputs: [layer.bottom, layer.weight(0, [1], "slope")])
    }
    let rank = try layer.rank()
    let channels =
      rank > 1 && shape[1] > 0 ? shape[1] : layer.weightCount(0) ?? Shape.unknown
    let ones = [Int](repeating: 1, count: max(rank - 2, 0))
    let slope = try layer.weight(0, [channels] + ones, "slope")
    try layer.emit(PRelu(), inputs: [layer.bottom, slope])
  }

  /// Computes y = (shift + scale · x) ^ power.
  @Sendable private static func power(_ layer: CaffeLayer) throws {
    let parameter = layer.parameter.powerParam
    let affine = UnaryElementwise(
      .affine(alpha: Double(parameter.scale), beta: Double(parameter.shift))
    )
    let functions: [Float: UnaryElementwise.Function] = [
      2: .square, 0.5: .sqrt, -1: .reciprocal, -0.5: .rsqrt,
    ]
    if parameter.power == 1 { return try layer.emit(affine, inputs: [layer.bottom]) }
    let isPlain = parameter.scale == 1 && parameter.shift == 0
    let base = isPlain ? try layer.bottom : try layer.step(affine, [layer.bottom], "base")
    if let function = functions[parameter.power] {
      return try layer.emit(UnaryElementwise(function), inputs: [base])
    }
    let power = layer.constant(Tensor(scalar: parameter.power), "power")
    try layer.emit(BinaryElementwise(.pow), inputs: [base, power])
  }

  /// Computes y = base ^ (shift + scale · x); a base of −1 stands for e.
  @Sendable private static func exponential(_ layer: CaffeLayer) throws {
    let parameter = layer.parameter.expParam
    let factor = try logarithm(ofBase: parameter.base, layer)
    let (alpha, beta) = (factor * Double(parameter.scale), factor * Double(parameter.shift))
    guard alpha != 1 || beta != 0 else {
      return try layer.emit(UnaryElementwise(.exp), inputs: [layer.bottom])
    }
    let affine = UnaryElementwise(.affine(alpha: alpha, beta: beta))
    let exponent = try layer.step(affine, [layer.bottom], "exponent")
    try layer.emit(UnaryElementwise(.exp), inputs: [exponent])
  }

  /// Computes y = log_base(shift + scale · x).
  @Sendable private static func logarithm(_ layer: CaffeLayer) throws {
    let parameter = layer.parameter.logParam
    let factor = try logarithm(ofBase: parameter.base, layer)
    var argument = try layer.bottom
    if parameter.scale != 1 || parameter.shift != 0 {
      let affine = UnaryElementwise(
        .affine(alpha: Double(parameter.scale), beta: Double(parameter.shift))
      )
      argument = try layer.step(affine, [argument], "argument")
    }
    guard factor != 1 else { return try layer.emit(UnaryElementwise(.log), inputs: [argument]) }
    let natural = try layer.step(UnaryElementwise(.log), [argument], "natural")
    let scale = UnaryElementwise(.affine(alpha: 1 / factor, beta: 0))
    try layer.emit(scale, inputs: [natural])
  }

  private static func logarithm(ofBase base: Float, _ layer: CaffeLayer) throws -> Double {
    if base == -1 { return 1 }
    guard base > 0, base.isFinite, base != 1 else {
      throw layer.invalid("a positive base", "\(base)")
    }
    return log(Double(base))
  }
}
