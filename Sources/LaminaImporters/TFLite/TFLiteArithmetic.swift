import LaminaCore
import LaminaOperators

extension TFLiteImporter {
  /// Arithmetic on two tensors, or more, with broadcasting.
  static let arithmetic: [TFLiteRule] = [
    fused("ADD", .add), fused("SUB", .sub), fused("MUL", .mul), fused("DIV", .div),
    plain("POW", .pow), plain("MAXIMUM", .max), plain("MINIMUM", .min),
    plain("FLOOR_DIV", .floorDiv), plain("FLOOR_MOD", .mod), plain("ATAN2", .atan2),
    plain("SQUARED_DIFFERENCE", .squaredDifference),
    plain("BITWISE_XOR", .bitwiseXor), plain("RIGHT_SHIFT", .shiftRight),
    plain("STABLEHLO_ADD", .add), plain("STABLEHLO_MULTIPLY", .mul),
    TFLiteRule("STABLEHLO_AND") { node in
      BinaryElementwise(try node.outputType(0) == .bool ? .and : .bitwiseAnd)
    },
    plain("STABLEHLO_SHIFT_LEFT", .shiftLeft),
    plain("STABLEHLO_MAXIMUM", .max), plain("STABLEHLO_MINIMUM", .min),
    TFLiteRule("ADD_N") { _ in VariadicElementwise(.sum) },
  ]

  /// Comparisons and logic, whose results are truth values.
  static let comparisons: [TFLiteRule] = [
    plain("EQUAL", .equal), plain("NOT_EQUAL", .notEqual),
    plain("LESS", .less), plain("LESS_EQUAL", .lessOrEqual),
    plain("GREATER", .greater), plain("GREATER_EQUAL", .greaterOrEqual),
    plain("LOGICAL_AND", .and), plain("LOGICAL_OR", .or),
    TFLiteRule("LOGICAL_NOT") { _ in UnaryElementwise(.not) },
    TFLiteRule("SELECT") { _ in Select() },
    TFLiteRule("SELECT_V2") { _ in Where() },
  ]

  /// Functions of one tensor, element by element.
  static let unaryFunctions: [TFLiteRule] = [
    TFLiteRule("ABS") { _ in UnaryElementwise(.abs) },
    TFLiteRule("CEIL") { _ in UnaryElementwise(.ceil) },
    TFLiteRule("COS") { _ in UnaryElementwise(.cos) },
    TFLiteRule("EXP") { _ in UnaryElementwise(.exp) },
    TFLiteRule("FLOOR") { _ in UnaryElementwise(.floor) },
    TFLiteRule("LOG") { _ in UnaryElementwise(.log) },
    TFLiteRule("NEG") { _ in UnaryElementwise(.neg) },
    TFLiteRule("ROUND") { _ in UnaryElementwise(.round) },
    TFLiteRule("RSQRT") { _ in UnaryElementwise(.rsqrt) },
    TFLiteRule("SIGN") { _ in UnaryElementwise(.sign) },
    TFLiteRule("SIN") { _ in UnaryElementwise(.sin) },
    TFLiteRule("SQRT") { _ in UnaryElementwise(.sqrt) },
    TFLiteRule("SQUARE") { _ in UnaryElementwise(.square) },
    TFLiteRule("REAL") { _ in ComplexPart(.real) },
    TFLiteRule("IMAG") { _ in ComplexPart(.imaginary) },
    TFLiteRule("COMPLEX_ABS") { _ in ComplexPart(.magnitude) },
    TFLiteRule("CAST", cast),
    TFLiteRule("BITCAST") { node in BitCast(to: try node.outputType(0)) },
    TFLiteRule("BUCKETIZE") { node in
      Bucketize(boundaries: try (node.floats(0) ?? []).map(Double.init))
    },
  ]

  /// Casts look at codes, not at what the codes stand for, so codes are made of the numbers again.
  @Sendable private static func cast(_ node: TFLiteNode) throws -> any Operator {
    try node.requireInputs(1...1)
    if node.hasQuantizedOutput { throw TFLiteUnsupported(reason: "a cast to codes") }
    if let codes = node.quantization(0), let zeroPoint = codes.zeroPoints.first {
      guard codes.isPerTensor else { throw TFLiteUnsupported(reason: "a cast of codes by axis") }
      let steps = UnaryElementwise(
        .affine(alpha: 1 / Double(codes.scales[0]), beta: Double(zeroPoint))
      )
      node.inputs = [node.emit(steps, node.inputs, "codes")]
      node.inputs = [node.emit(UnaryElementwise(.round), node.inputs, "whole codes")]
    }
    return Cast(to: try node.outputType(0))
  }

  private static func plain(
    _ name: String,
    _ function: BinaryElementwise.Function
  ) -> TFLiteRule {
    TFLiteRule(name) { node in
      try node.requireInputs(2...2)
      return BinaryElementwise(function)
    }
  }

  /// An operator whose option 0 is a fused activation.
  private static func fused(
    _ name: String,
    _ function: BinaryElementwise.Function
  ) -> TFLiteRule {
    TFLiteRule(name) { node in
      try node.requireInputs(2...2)
      try node.fuseActivation(0)
      return BinaryElementwise(function)
    }
  }
}
