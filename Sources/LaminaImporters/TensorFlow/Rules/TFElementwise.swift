import LaminaCore
import LaminaOperators

extension TFImporter {
  /// Functions that networks put between their layers.
  static let activations: [TFRule] = [
    unary("Relu", .relu), unary("Relu6", .relu6), unary("Elu", .elu(alpha: 1)),
    unary("Selu", .selu(alpha: 1.6732632423543772, gamma: 1.0507009873554805)),
    TFRule("LeakyRelu") { node in
      UnaryElementwise(.leakyRelu(slope: Double(node.float("alpha", default: 0.2))))
    },
    TFRule("Prelu") { _ in PRelu() },
    unary("Sigmoid", .sigmoid), unary("Tanh", .tanh), unary("Softplus", .softplus),
    unary("Softsign", .softsign),
    TFRule("Softmax") { _ in Softmax(axis: -1) },
    TFRule("LogSoftmax") { _ in LogSoftmax(axis: -1) },
  ]

  /// Arithmetic on two tensors, or more, with broadcasting.
  static let arithmetic: [TFRule] = [
    binary("Add", .add), binary("AddV2", .add), binary("Sub", .sub), binary("Mul", .mul),
    binary("RealDiv", .div), binary("Div", .div), binary("TruncateDiv", .div),
    binary("FloorDiv", .floorDiv), binary("FloorMod", .mod), binary("Mod", .fmod),
    binary("TruncateMod", .fmod), binary("Pow", .pow), binary("Maximum", .max),
    binary("Minimum", .min), binary("SquaredDifference", .squaredDifference),
    binary("Atan2", .atan2), binary("BitwiseAnd", .bitwiseAnd), binary("BitwiseOr", .bitwiseOr),
    binary("BitwiseXor", .bitwiseXor), binary("LeftShift", .shiftLeft),
    binary("RightShift", .shiftRight),
    TFRule("AddN") { _ in VariadicElementwise(.sum) },
    TFRule("AccumulateNV2") { _ in VariadicElementwise(.sum) },
    TFRule("BiasAdd", lowering: biasAdd),
    TFRule("BiasAddV1", lowering: biasAdd),
    TFRule("DivNoNan", lowering: { node in try guarded(node, .div) }),
    TFRule("MulNoNan", lowering: { node in try guarded(node, .mul) }),
    TFRule("ClipByValue") { _ in Clip() },
  ]

  /// Comparisons and logic, whose results are truth values.
  static let comparisons: [TFRule] = [
    binary("Equal", .equal), binary("NotEqual", .notEqual), binary("Less", .less),
    binary("LessEqual", .lessOrEqual), binary("Greater", .greater),
    binary("GreaterEqual", .greaterOrEqual), binary("LogicalAnd", .and),
    binary("LogicalOr", .or), unary("LogicalNot", .not),
    TFRule("Select") { _ in Select() },
    TFRule("SelectV2") { _ in Where() },
  ]

  /// Functions of one tensor, element by element.
  static let unaryFunctions: [TFRule] = [
    unary("Abs", .abs), unary("Neg", .neg), unary("Exp", .exp), unary("Expm1", .expm1),
    unary("Log", .log), unary("Log1p", .log1p), unary("Sqrt", .sqrt), unary("Rsqrt", .rsqrt),
    unary("Square", .square), unary("Reciprocal", .reciprocal), unary("Inv", .reciprocal),
    unary("Sign", .sign), unary("Floor", .floor), unary("Ceil", .ceil), unary("Round", .round),
    unary("Rint", .round), unary("Sin", .sin), unary("Cos", .cos), unary("Tan", .tan),
    unary("Asin", .asin), unary("Acos", .acos), unary("Atan", .atan), unary("Sinh", .sinh),
    unary("Cosh", .cosh), unary("Asinh", .asinh), unary("Acosh", .acosh), unary("Atanh", .atanh),
    unary("Erf", .erf), unary("IsNan", .isNaN), unary("IsFinite", .isFinite),
    unary("IsInf", .isInf(positive: true, negative: true)), unary("Invert", .bitwiseNot),
    TFRule(
      "Erfc",
      lowering: { node in
        let erf = try node.add(UnaryElementwise(.erf), node.values, "erf")
        try node.emit(UnaryElementwise(.affine(alpha: -1, beta: 1)), [erf])
      }
    ),
    TFRule("Cast") { node in Cast(to: try node.dtype("DstT")) },
  ]

  private static func unary(_ name: String, _ function: UnaryElementwise.Function) -> TFRule {
    TFRule(name) { node in
      try node.requireInputs(1...1)
      return UnaryElementwise(function)
    }
  }

  private static func binary(_ name: String, _ function: BinaryElementwise.Function) -> TFRule {
    TFRule(name) { node in
      try node.requireInputs(2...2)
      return BinaryElementwise(function)
    }
  }

  /// Adds one number for each channel, wherever the channels are.
  @Sendable private static func biasAdd(_ node: TFNode) throws {
    try node.requireInputs(2...2)
    var bias = try node.value(1)
    if node.layout == .channelsFirst {
      let shape = try node.type(0).shape
      guard shape.isRanked else { throw TFUnsupported(reason: "an input of unknown rank") }
      let axes = Array(1..<max(shape.rank - 1, 1))
      bias = try node.add(Unsqueeze(axes: axes), [bias], "bias")
    }
    try node.emit(BinaryElementwise(.add), [try node.value(0), bias])
  }

  /// Gives 0 wherever the second input is 0, whatever the first one is.
  private static func guarded(_ node: TFNode, _ function: BinaryElementwise.Function) throws {
    try node.requireInputs(2...2)
    let (x, y) = (try node.value(0), try node.value(1))
    let zero = node.constant(try Tensor(zeros: node.dtype("T", default: .float32), []), "zero")
    let isZero = try node.add(BinaryElementwise(.equal), [y, zero], "is zero")
    let quotient = try node.add(BinaryElementwise(function), [x, y], "result")
    try node.emit(Where(), [isZero, zero, quotient])
  }
}

extension TFNode {
  /// Where the channels are, as the attribute `data_format` says.
  var layout: ChannelLayout {
    string("data_format", default: "NHWC").hasPrefix("NC") ? .channelsFirst : .channelsLast
  }
}
