import LaminaCore
import LaminaOperators

extension MILNode {
  /// Arithmetic, comparisons and logic of elements.
  static let elementwise: [MILRule] = [
    MILRule("abs", .abs),
    MILRule("acos", .acos),
    MILRule("asin", .asin),
    MILRule("atan", .atan),
    MILRule("atanh", .atanh),
    MILRule("ceil", .ceil),
    MILRule("cos", .cos),
    MILRule("cosh", .cosh),
    MILRule("erf", .erf),
    MILRule("exp", .exp),
    MILRule("floor", .floor),
    MILRule("logical_not", .not),
    MILRule("round", .round),
    MILRule("sign", .sign),
    MILRule("sin", .sin),
    MILRule("sinh", .sinh),
    MILRule("sqrt", .sqrt),
    MILRule("square", .square),
    MILRule("tan", .tan),
    MILRule("exp2") { node in
      let x = try node.value("x")
      return try node.binary(.pow, node.scalar(2, like: x), x)
    },
    MILRule("inverse") { try shifted($0, .reciprocal, epsilon: 1e-4) },
    MILRule("log") { try shifted($0, .log, epsilon: 1e-45) },
    MILRule("rsqrt") { try shifted($0, .rsqrt, epsilon: 1e-12) },
    MILRule("clip") { node in
      let low = try node.double("alpha", default: -.infinity)
      let high = try node.double("beta", default: .infinity)
      return try node.step(Clip(low: low, high: high), node.value("x"))
    },
    MILRule("threshold") { node in
      let x = try node.value("x")
      return try node.binary(.max, x, node.scalar(node.double("alpha", default: 0), like: x))
    },
    MILRule("cast") { node in
      let type: DataType = try node.choice(
        "dtype",
        default: "",
        of: [
          "fp16": .float16, "fp32": .float32, "fp64": .float64, "int8": .int8, "uint8": .uint8,
          "int16": .int16, "uint16": .uint16, "int32": .int32, "int64": .int64, "bool": .bool,
        ]
      )
      return try node.step(Cast(to: type), node.value("x"))
    },
    MILRule("add", .add),
    MILRule("sub", .sub),
    MILRule("mul", .mul),
    MILRule("real_div", .div),
    MILRule("floor_div", .floorDiv),
    MILRule("mod", .mod),
    MILRule("pow", .pow),
    MILRule("maximum", .max),
    MILRule("minimum", .min),
    MILRule("equal", .equal),
    MILRule("not_equal", .notEqual),
    MILRule("less", .less),
    MILRule("less_equal", .lessOrEqual),
    MILRule("greater", .greater),
    MILRule("greater_equal", .greaterOrEqual),
    MILRule("logical_and", .and),
    MILRule("logical_or", .or),
    MILRule("logical_xor", .xor),
    MILRule("select") { node in
      try node.step(Where(), node.value("cond"), node.value("a"), node.value("b"))
    },
    MILRule("identity") { try $0.step(Identity(), $0.value($0.has("x") ? "x" : "input")) },
  ]

  /// A function of x + ε.
  private static func shifted(
    _ node: MILNode,
    _ function: UnaryElementwise.Function,
    epsilon: Double
  ) throws -> ValueID {
    let x = try node.value("x")
    let epsilon = try node.double("epsilon", default: epsilon)
    // A shift that no element of this type notices, as the defaults are, is left out.
    let smallest = node.builder.type(x).dtype == .float16 ? 0x1p-25 : 0x1p-126
    guard epsilon > smallest else { return try node.unary(function, x) }
    return try node.unary(function, node.binary(.add, x, node.scalar(epsilon, like: x)))
  }
}
