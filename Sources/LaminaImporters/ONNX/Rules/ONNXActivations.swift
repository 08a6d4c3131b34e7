import LaminaCore
import LaminaOperators

extension ONNXImporter {
  /// Functions of one element: activations, roots, powers of e, angles, tests.
  static let activations: [Rule] =
    plainFunctions.map { name, function in Rule(name) { _ in UnaryElementwise(function) } } + [
      Rule("Elu") { node in
        UnaryElementwise(.elu(alpha: try node.double("alpha", default: 1)))
      },
      Rule("Celu") { node in
        UnaryElementwise(.celu(alpha: try node.double("alpha", default: 1)))
      },
      Rule("Selu") { node in
        UnaryElementwise(
          .selu(
            alpha: try node.double("alpha", default: 1.673_263_2),
            gamma: try node.double("gamma", default: 1.050_701)
          )
        )
      },
      Rule("LeakyRelu") { node in
        UnaryElementwise(.leakyRelu(slope: try node.double("alpha", default: 0.01)))
      },
      Rule("HardSigmoid") { node in
        UnaryElementwise(
          .hardSigmoid(
            alpha: try node.double("alpha", default: 0.2),
            beta: try node.double("beta", default: 0.5)
          )
        )
      },
      Rule("ThresholdedRelu") { node in
        UnaryElementwise(.thresholdedRelu(alpha: try node.double("alpha", default: 1)))
      },
      Rule("Swish") { node in
        UnaryElementwise(.swish(alpha: try node.double("alpha", default: 1)))
      },
      Rule("Shrink") { node in
        UnaryElementwise(
          .shrink(
            bias: try node.double("bias", default: 0),
            lambda: try node.double("lambd", default: 0.5)
          )
        )
      },
      Rule("Gelu") { node in
        UnaryElementwise(
          try node.choice("approximate", default: "none", of: ["none": .gelu, "tanh": .geluTanh])
        )
      },
      Rule("IsInf") { node in
        UnaryElementwise(
          .isInf(
            positive: try node.bool("detect_positive", default: true),
            negative: try node.bool("detect_negative", default: true)
          )
        )
      },
      Rule("Affine") { node in
        UnaryElementwise(
          .affine(
            alpha: try node.double("alpha", default: 1),
            beta: try node.double("beta", default: 0)
          )
        )
      },
      Rule("PRelu") { _ in PRelu() },
      Rule("SwiGLU") { node in SwiGLU(alpha: try node.double("alpha", default: 1)) },
    ]

  /// Functions without attributes.
  private static let plainFunctions: [(String, UnaryElementwise.Function)] = [
    ("Abs", .abs), ("Acos", .acos), ("Acosh", .acosh), ("Asin", .asin), ("Asinh", .asinh),
    ("Atan", .atan), ("Atanh", .atanh), ("BitwiseNot", .bitwiseNot), ("Ceil", .ceil),
    ("Cos", .cos), ("Cosh", .cosh), ("Erf", .erf), ("Exp", .exp), ("Floor", .floor),
    ("HardSwish", .hardSwish), ("IsNaN", .isNaN), ("Log", .log), ("Mish", .mish), ("Neg", .neg),
    ("Not", .not), ("Reciprocal", .reciprocal), ("Relu", .relu), ("Round", .round),
    ("Sigmoid", .sigmoid), ("Sign", .sign), ("Sin", .sin), ("Sinh", .sinh),
    ("Softplus", .softplus), ("Softsign", .softsign), ("Sqrt", .sqrt), ("Tan", .tan),
    ("Tanh", .tanh),
  ]
}
