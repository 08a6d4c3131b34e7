import LaminaCore
import LaminaOperators

extension ONNXImporter {
  /// Arithmetic, comparison and logic of several operands, and conversions.
  static let elementwise: [Rule] =
    plainOperations.map { name, function in
      Rule(name, since: 7) { _ in BinaryElementwise(function) }
    }
    + plainOperations.map { name, function in
      Rule(name) { node in try alignOperands(node, BinaryElementwise(function)) }
    }
    + [("Sum", .sum), ("Mean", .mean), ("Max", .max), ("Min", .min)].map(variadic) + [
      Rule("GreaterOrEqual") { _ in BinaryElementwise(.greaterOrEqual) },
      Rule("LessOrEqual") { _ in BinaryElementwise(.lessOrEqual) },
      Rule("BitwiseAnd") { _ in BinaryElementwise(.bitwiseAnd) },
      Rule("BitwiseOr") { _ in BinaryElementwise(.bitwiseOr) },
      Rule("BitwiseXor") { _ in BinaryElementwise(.bitwiseXor) },
      Rule("BitShift") { node in
        BinaryElementwise(
          try node.choice(
            "direction",
            default: "",
            of: ["LEFT": .shiftLeft, "RIGHT": .shiftRight]
          )
        )
      },
      Rule("Mod") { node in
        BinaryElementwise(try node.bool("fmod", default: false) ? .fmod : .mod)
      },
      Rule("Where") { _ in Where() },
      Rule("Clip", since: 11) { _ in Clip() },
      Rule("Clip") { node in
        Clip(
          low: try node.float("min").map(Double.init),
          high: try node.float("max").map(Double.init)
        )
      },
      Rule("Cast", since: 6) { node in
        Cast(
          to: try requiredType("to", of: node),
          saturates: try node.bool("saturate", default: true),
          rounding: try rounding(of: node)
        )
      },
      Rule("CastLike") { node in
        CastLike(
          saturates: try node.bool("saturate", default: true),
          rounding: try rounding(of: node)
        )
      },
      Rule("BitCast") { node in BitCast(to: try requiredType("to", of: node)) },
      Rule("Dropout", since: 12) { node in Dropout(seed: try node.int("seed")) },
      Rule("Dropout") { node in Dropout(ratio: try node.double("ratio", default: 0.5)) },
      Rule("Identity", lowering: identity),
    ]

  /// Operations on two operands that broadcast by NumPy's rules since opset 7.
  private static let plainOperations: [(String, BinaryElementwise.Function)] = [
    ("Add", .add), ("Sub", .sub), ("Mul", .mul), ("Div", .div), ("Pow", .pow), ("And", .and),
    ("Or", .or), ("Xor", .xor), ("Equal", .equal), ("Less", .less), ("Greater", .greater),
  ]

  private static func variadic(
    _ name: String,
    _ function: VariadicElementwise.Function
  ) -> Rule {
    Rule(name) { _ in VariadicElementwise(function) }
  }

  /// Before opset 7 the second operand's axes stand from attribute `axis` on, ones after them.
  private static func alignOperands(_ node: ONNXNode, _ op: BinaryElementwise) throws {
    let (a, b) = (try node.input(0), try node.input(1))
    guard let axis = try node.int("axis"), let left = node.type(0).tensor?.shape,
      let right = node.type(1).tensor?.shape, left.isRanked, right.isRanked
    else { return try node.emit(op, inputs: [a, b]) }
    let start = axis < 0 ? axis + left.rank : axis
    let missing = left.rank - start - right.rank
    guard missing > 0, start >= 0 else { return try node.emit(op, inputs: [a, b]) }
    let axes = Array(right.rank..<right.rank + missing)
    let aligned = try node.step(Unsqueeze(axes: axes), inputs: [b], "aligned")
    try node.emit(op, inputs: [a, aligned])
  }

  /// Tensors and containers are passed on by operators of their own.
  private static func identity(_ node: ONNXNode) throws {
    switch node.type(0) {
    case .tensor, .unknown: try node.emit(Identity(), inputs: node.inputs)
    default: try node.emit(IdentityValue(), inputs: node.inputs)
    }
  }

  private static func rounding(of node: ONNXNode) throws -> Cast.Rounding {
    try node.choice(
      "round_mode",
      default: "up",
      of: ["up": .up, "down": .down, "nearest": .nearest]
    )
  }

  /// The element type that a node must name.
  static func requiredType(_ name: String, of node: ONNXNode) throws -> DataType {
    _ = try node.requiredInt(name)
    guard let dtype = try node.dtype(name) else {
      throw node.invalid(name, found: "0", expected: "an element type")
    }
    return dtype
  }
}
