import LaminaCore
import LaminaOperators

extension MXNetGraphBuilder {
  /// Functions that follow layers.
  static let activations: [MXNetRule] = [
    MXNetRule("Activation") { node in
      let kind = node.text("act_type")
      guard let function = kinds[kind] else { throw node.invalid("a known act_type", kind) }
      return UnaryElementwise(function)
    },
    MXNetRule("LeakyReLU", weights: [1], lowering: leaky),
    MXNetRule("hard_sigmoid") { node in
      UnaryElementwise(
        .hardSigmoid(
          alpha: try node.double("alpha", default: 0.2),
          beta: try node.double("beta", default: 0.5)
        )
      )
    },
    MXNetRule("clip") { node in
      Clip(
        low: try node.double("a_min", default: -.infinity),
        high: try node.double("a_max", default: .infinity)
      )
    },
    MXNetRule("SoftmaxActivation") { node in
      node.text("mode", default: "instance") == "channel"
        ? Softmax(axis: 1) : Softmax(axis: 1, flattens: true)
    },
    MXNetRule("softmax", lowering: softmax),
    MXNetRule(
      "softmin",
      lowering: { node in
        let negative = try node.step(UnaryElementwise(.neg), [node.input(0)], "negative")
        try node.emit(Softmax(axis: node.int("axis", default: -1)), [negative])
      }
    ),
    MXNetRule("log_softmax") { LogSoftmax(axis: try $0.int("axis", default: -1)) },
  ]

  private static let kinds: [String: UnaryElementwise.Function] = [
    "relu": .relu, "sigmoid": .sigmoid, "tanh": .tanh, "softrelu": .softplus,
    "softsign": .softsign, "log_sigmoid": .logSigmoid, "mish": .mish,
  ]

  @Sendable private static func leaky(_ node: MXNetNode) throws {
    let slope = try node.double("slope", default: 0.25)
    let function: UnaryElementwise.Function
    switch node.text("act_type", default: "leaky") {
    case "prelu": return try prelu(node)
    case "leaky": function = .leakyRelu(slope: slope)
    case "elu": function = .elu(alpha: slope)
    case "selu": function = .selu(alpha: 1.6732632423543772, gamma: 1.0507009873554805)
    case "gelu", "gelu_erf": function = .gelu
    case "gelu_tanh": function = .geluTanh
    case "rrelu":
      // A run for predictions takes the middle of the slopes.
      let low = try node.double("lower_bound", default: 0.125)
      let high = try node.double("upper_bound", default: 0.334)
      function = .leakyRelu(slope: (low + high) / 2)
    case let other: throw node.invalid("a known act_type", other)
    }
    try node.emit(UnaryElementwise(function), [node.input(0)])
  }

  /// A slope for each channel, which is axis 1, or one for all.
  private static func prelu(_ node: MXNetNode) throws {
    let slope = try node.weight(1, [node.channels(orElse: nil)])
    let count = node.shape(1).elementCount ?? 1
    if count == 1 { return try node.emit(PRelu(), [node.input(0), slope]) }
    let ones = [Int](repeating: 1, count: max(try node.rank() - 2, 0))
    guard !ones.isEmpty else { return try node.emit(PRelu(), [node.input(0), slope]) }
    if let tensor = node.constantInput(1), tensor.shape.rank == 1 {
      let spread = node.constant(try tensor.reshaped(to: Shape([count] + ones)), "slope")
      return try node.emit(PRelu(), [node.input(0), spread])
    }
    let spread = try node.step(Reshape(shape: [-1] + ones), [slope], "slope")
    try node.emit(PRelu(), [node.input(0), spread])
  }

  @Sendable private static func softmax(_ node: MXNetNode) throws {
    let axis = try node.int("axis", default: -1)
    let temperature = try node.double("temperature", default: 1)
    guard temperature != 0, node.inputCount == 1 else {
      throw MXNetUnsupported(reason: "lengths of sequences, or a temperature of zero")
    }
    try node.emit(Softmax(axis: axis, beta: Float(1 / temperature)), [node.input(0)])
  }
}
