import LaminaCore
import LaminaOperators

extension MILNode {
  /// Functions that follow a layer.
  static let activations: [MILRule] = [
    MILRule("relu", .relu),
    MILRule("relu6", .relu6),
    MILRule("sigmoid", .sigmoid),
    MILRule("silu", .swish(alpha: 1)),
    MILRule("softplus", .softplus),
    MILRule("softsign", .softsign),
    MILRule("tanh", .tanh),
    MILRule("elu") { try $0.unary(.elu(alpha: $0.double("alpha", default: 1)), $0.value("x")) },
    MILRule("leaky_relu") { node in
      try node.unary(.leakyRelu(slope: node.double("alpha", default: 0.01)), node.value("x"))
    },
    MILRule("thresholded_relu") { node in
      try node.unary(
        .thresholdedRelu(alpha: node.double("alpha", default: 1)),
        node.value("x")
      )
    },
    MILRule("linear_activation") { node in
      let (alpha, beta) = (
        try node.double("alpha", default: 1), try node.double("beta", default: 0)
      )
      return try node.unary(.affine(alpha: alpha, beta: beta), node.value("x"))
    },
    MILRule("sigmoid_hard") { node in
      let alpha = try node.double("alpha", default: 0.2)
      let beta = try node.double("beta", default: 0.5)
      return try node.unary(.hardSigmoid(alpha: alpha, beta: beta), node.value("x"))
    },
    MILRule("scaled_tanh") { node in
      let inner = try node.unary(
        .affine(alpha: node.double("beta", default: 1), beta: 0),
        node.value("x")
      )
      let bent = try node.unary(.tanh, inner)
      return try node.unary(.affine(alpha: node.double("alpha", default: 1), beta: 0), bent)
    },
    MILRule("clamped_relu") { node in
      let slope = try node.double("alpha", default: 1)
      let x = try node.unary(.leakyRelu(slope: slope), node.value("x"))
      return try node.step(Clip(high: node.double("beta", default: 1)), x)
    },
    MILRule("gelu") { node in
      let function: UnaryElementwise.Function = try node.choice(
        "mode",
        default: "EXACT",
        of: [
          "EXACT": .gelu, "TANH_APPROXIMATION": .geluTanh,
          "SIGMOID_APPROXIMATION": .swish(alpha: 1.702),
        ]
      )
      return try node.unary(function, node.value("x"))
    },
    MILRule("prelu") { node in
      try node.step(PRelu(), node.value("x"), perChannel(node, "alpha"))
    },
    MILRule("softplus_parametric") { node in
      let inner = try node.binary(.mul, node.value("x"), perChannel(node, "beta"))
      return try node.binary(.mul, node.unary(.softplus, inner), perChannel(node, "alpha"))
    },
    MILRule("softmax") { node in
      try node.step(Softmax(axis: node.int("axis", default: -1)), node.value("x"))
    },
  ]

  /// Numbers for axis 1, shaped to broadcast.
  private static func perChannel(_ node: MILNode, _ argument: String) throws -> ValueID {
    let x = try node.value("x")
    let ones = [Int](repeating: 1, count: max(try node.rank(x) - 2, 0))
    return try node.reshape(node.value(argument), [-1] + ones)
  }
}
