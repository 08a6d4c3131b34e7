import LaminaCore
import LaminaOperators

extension MNNImporter {
  /// Arithmetic on one or more tensors.
  static let arithmetic: [MNNRule] = [
    MNNRule("BinaryOp", binary),
    MNNRule("Eltwise", eltwise),
    MNNRule("Scale", scale),
    MNNRule("Select") { op, builder in
      try builder.emit(op, Where(), builder.inputs(op))
    },
    MNNRule("CumSum") { op, builder in
      let engine = Cumulative(.sum, exclusive: try op.bool(0), reverse: try op.bool(1))
      try builder.emit(op, engine, builder.inputs(op))
    },
    MNNRule("CumProd") { op, builder in
      try builder.emit(op, Cumulative(.product), builder.inputs(op))
    },
    MNNRule("Power", power),
  ]

  /// What field 0 of BinaryOp stands for.
  private static let binaryFunctions: [Int: BinaryElementwise.Function] = [
    0: .add, 1: .sub, 2: .mul, 3: .div, 4: .max, 5: .min, 6: .pow, 7: .div, 8: .min, 9: .max,
    10: .greater, 11: .greaterOrEqual, 12: .less, 13: .floorDiv, 14: .squaredDifference,
    15: .equal, 16: .lessOrEqual, 17: .mod, 19: .mod, 20: .atan2, 21: .or, 22: .notEqual,
    23: .bitwiseAnd, 24: .bitwiseOr, 25: .bitwiseXor, 26: .xor, 27: .shiftLeft, 28: .shiftRight,
  ]

  @Sendable private static func binary(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    let number = try op.int(0)
    guard let function = binaryFunctions[number] else {
      throw MNNUnsupported(reason: "operation \(number)")
    }
    let activation: Activation? = try op.int(2) == 1 ? .relu : nil
    // A constant that is no number by itself must not decide the order of the axes.
    let leads = builder.rank(try builder.input(op)) ?? 0
    let follows = op.inputs.count > 1 ? builder.rank(try builder.input(op, 1)) ?? 0 : 0
    let format = builder.format(op, follows > leads ? 1 : 0)
    try builder.emit(
      op,
      BinaryElementwise(function),
      builder.inputs(op),
      format: format,
      activation: activation
    )
  }

  /// 0 the product, 1 the sum, with factors in field 1, 2 the largest, 3 the difference.
  @Sendable private static func eltwise(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    var inputs = try builder.inputs(op)
    let kind = try op.byte(0)
    let functions: [BinaryElementwise.Function] = [.mul, .add, .max, .sub]
    guard functions.indices.contains(kind), inputs.count >= 2 else {
      throw MNNUnsupported(reason: "operation \(kind) of \(inputs.count) tensors")
    }
    for (index, factor) in (try op.floats(1) ?? []).enumerated()
    where kind == 1 && factor != 1 && index < inputs.count {
      let engine = UnaryElementwise(.affine(alpha: Double(factor), beta: 0))
      inputs[index] = try builder.step(op, "part \(index)", engine, [inputs[index]])
    }
    var left = inputs[0]
    for (index, right) in inputs.dropFirst().dropLast().enumerated() {
      left = try builder.step(
        op,
        "part of \(index)",
        BinaryElementwise(functions[kind]),
        [left, right]
      )
    }
    let last = inputs[inputs.count - 1]
    try builder.emit(op, BinaryElementwise(functions[kind]), [left, last])
  }

  /// x · scale + bias for each channel.
  @Sendable private static func scale(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    let x = try builder.input(op)
    var scales = try op.floats(1) ?? []
    var biases = try op.floats(2) ?? []
    if scales.isEmpty, let range = try op.main?.integers(3, of: Int64.self), range.count >= 3 {
      scales = try builder.externalFloats([range[0], range[1]], op)
      biases = try builder.externalFloats([range[0] + range[1], range[2]], op)
    }
    let shape = try builder.perChannel(scales.count, op, like: x)
    let factor = builder.constant(op, "scale", Tensor(shape, scales))
    guard biases.count == scales.count, biases.contains(where: { $0 != 0 }) else {
      return try builder.emit(op, BinaryElementwise(.mul), [x, factor])
    }
    let product = try builder.step(op, "product", BinaryElementwise(.mul), [x, factor])
    let bias = builder.constant(op, "bias", Tensor(shape, biases))
    try builder.emit(op, BinaryElementwise(.add), [product, bias])
  }

  /// A power without an exponent as an input has no table of its own in the schema.
  @Sendable private static func power(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    guard op.inputs.count == 2 else { throw MNNUnsupported(reason: "a power without exponent") }
    try builder.emit(op, BinaryElementwise(.pow), builder.inputs(op))
  }
}

extension MNNGraphBuilder {
  /// Returns numbers of the file that weights were moved to.
  func externalFloats(_ range: [Int64], _ op: MNNOperator) throws -> [Float] {
    let view = try external(range, op)
    return view.withUnsafeBytes { bytes in
      (0..<view.count / 4).map {
        bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self)
      }
    }
  }
}
