import LaminaCore
import LaminaOperators
import LaminaWire

extension CoreMLNetwork {
  /// Arithmetic, comparisons and logic of elements; truth is 1 and falsehood 0.
  static let elementwise: [Rule] = [
    Rule("unary", 220) { try unaryFunction($0) },
    Rule("add", 230) { try folded($0, .add) },
    Rule("multiply", 231) { try folded($0, .mul) },
    Rule("average", 240) { try $0.steps(VariadicElementwise(.mean), $0.inputs, count: 1)[0] },
    Rule("max", 260) { try $0.steps(VariadicElementwise(.max), $0.inputs, count: 1)[0] },
    Rule("min", 261) { try $0.steps(VariadicElementwise(.min), $0.inputs, count: 1)[0] },
    Rule("scale", 245) { layer in
      let scale = try channelConstant(layer, shape: 1, weights: 2)
      let y = try layer.binary(.mul, layer.input(), scale)
      guard layer.parameters.bool(3) else { return y }
      return try layer.binary(.add, y, channelConstant(layer, shape: 4, weights: 5))
    },
    Rule("bias", 250) { layer in
      try layer.binary(.add, layer.input(), channelConstant(layer, shape: 1, weights: 2))
    },
    Rule("ceil", 665, .ceil),
    Rule("floor", 670, .floor),
    Rule("sign", 680, .sign),
    Rule("round", 685, .round),
    Rule("exp2", 700) { layer in
      let x = try layer.input()
      return try layer.binary(.pow, layer.scalar(2, like: x), x)
    },
    Rule("sin", 710, .sin),
    Rule("cos", 715, .cos),
    Rule("tan", 720, .tan),
    Rule("asin", 730, .asin),
    Rule("acos", 735, .acos),
    Rule("atan", 740, .atan),
    Rule("sinh", 750, .sinh),
    Rule("cosh", 755, .cosh),
    Rule("tanh", 760, .tanh),
    Rule("asinh", 770, .asinh),
    Rule("acosh", 775, .acosh),
    Rule("atanh", 780, .atanh),
    Rule("erf", 790, .erf),
    Rule("equal", 815) { try compared($0, .equal, alpha: 1) },
    Rule("notEqual", 820) { try compared($0, .notEqual, alpha: 1) },
    Rule("lessThan", 825) { try compared($0, .less, alpha: 2) },
    Rule("lessEqual", 827) { try compared($0, .lessOrEqual, alpha: 2) },
    Rule("greaterThan", 830) { try compared($0, .greater, alpha: 2) },
    Rule("greaterEqual", 832) { try compared($0, .greaterOrEqual, alpha: 2) },
    Rule("logicalOr", 840) { try logical($0, .or) },
    Rule("logicalXor", 845) { try logical($0, .xor) },
    Rule("logicalAnd", 855) { try logical($0, .and) },
    Rule("logicalNot", 850) { layer in
      try layer.cast(layer.unary(.not, layer.cast(layer.input(), .bool)), .float32)
    },
    Rule("modBroadcastable", 865) { try $0.binary(.mod, $0.input(), $0.input(1)) },
    Rule("minBroadcastable", 870) { try folded($0, .min) },
    Rule("maxBroadcastable", 875) { try folded($0, .max) },
    Rule("addBroadcastable", 880) { try folded($0, .add) },
    Rule("powBroadcastable", 885) { try $0.binary(.pow, $0.input(), $0.input(1)) },
    Rule("divideBroadcastable", 890) { try $0.binary(.div, $0.input(), $0.input(1)) },
    Rule("floorDivBroadcastable", 895) { try $0.binary(.floorDiv, $0.input(), $0.input(1)) },
    Rule("multiplyBroadcastable", 900) { try folded($0, .mul) },
    Rule("subtractBroadcastable", 905) { try $0.binary(.sub, $0.input(), $0.input(1)) },
    Rule("whereBroadcastable", 1330) { layer in
      let condition = try layer.cast(layer.input(), .bool)
      return try layer.step(Where(), condition, layer.input(1), layer.input(2))
    },
  ]

  /// All inputs one after the other, or the only one and a number.
  private static func folded(
    _ layer: CoreMLLayer,
    _ function: BinaryElementwise.Function
  ) throws -> ValueID {
    var y = try layer.input()
    if layer.inputs.count == 1 {
      return try layer.binary(function, y, layer.scalar(Double(layer.parameters.float(1)), like: y))
    }
    for other in layer.inputs.dropFirst() { y = try layer.binary(function, y, other) }
    return y
  }

  private static func compared(
    _ layer: CoreMLLayer,
    _ function: BinaryElementwise.Function,
    alpha: Int
  ) throws -> ValueID {
    let x = try layer.input()
    let other =
      layer.inputs.count > 1
      ? try layer.input(1) : try layer.scalar(Double(layer.parameters.float(alpha)), like: x)
    return try layer.cast(layer.binary(function, x, other), .float32)
  }

  private static func logical(
    _ layer: CoreMLLayer,
    _ function: BinaryElementwise.Function
  ) throws -> ValueID {
    let a = try layer.cast(layer.input(), .bool)
    let b = try layer.cast(layer.input(1), .bool)
    return try layer.cast(layer.binary(function, a, b), .float32)
  }

  /// Weights of shape [1], [C], [1, H, W] or [C, H, W], where [C] counts channels.
  private static func channelConstant(
    _ layer: CoreMLLayer,
    shape: Int,
    weights: Int
  ) throws -> ValueID {
    var lengths = try layer.lengths(shape, default: [1])
    if lengths.count == 1 { lengths += [1, 1] }
    return try layer.constantWeights(weights, lengths)
  }

  /// One function of scale · x + shift.
  private static func unaryFunction(_ layer: CoreMLLayer) throws -> ValueID {
    var x = try layer.input()
    let scale = Double(layer.float(5, default: 1))
    let shift = Double(layer.parameters.float(4))
    if scale != 1 || shift != 0 { x = try layer.unary(.affine(alpha: scale, beta: shift), x) }
    let alpha = Double(layer.parameters.float(2))
    let epsilon = Double(layer.float(3, default: 1e-6))
    switch layer.parameters.int(1) {
    case 0: return try layer.unary(.sqrt, x)
    case 1: return try layer.unary(.rsqrt, layer.unary(.affine(alpha: 1, beta: epsilon), x))
    case 2: return try layer.unary(.reciprocal, layer.unary(.affine(alpha: 1, beta: epsilon), x))
    case 3: return try layer.binary(.pow, x, layer.scalar(alpha, like: x))
    case 4: return try layer.unary(.exp, x)
    case 5: return try layer.unary(.log, x)
    case 6: return try layer.unary(.abs, x)
    case 7: return try layer.binary(.max, x, layer.scalar(alpha, like: x))
    default:
      throw CoreMLUnsupported(reason: "function \(layer.parameters.int(1))")
    }
  }
}
