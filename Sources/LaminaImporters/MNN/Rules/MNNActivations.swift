import LaminaCore
import LaminaOperators

extension MNNImporter {
  /// Functions of one number.
  static let activations: [MNNRule] = [
    function("AbsVal", .abs),
    function("Bnll", .softplus),
    function("Exp", .exp),
    function("Log", .log),
    function("Sigmoid", .sigmoid),
    function("TanH", .tanh),
    MNNRule("ReLU") { op, builder in
      let slope = Double(try op.float(0))
      let engine = UnaryElementwise(slope == 0 ? .relu : .leakyRelu(slope: slope))
      try builder.emit(op, engine, [builder.input(op)])
    },
    MNNRule("ReLU6") { op, builder in
      let low = Double(try op.float(0))
      let high = Double(try op.float(1, default: 6))
      try builder.emit(op, Clip(low: low, high: high), [builder.input(op)])
    },
    MNNRule("ELU") { op, builder in
      let engine = UnaryElementwise(.elu(alpha: Double(try op.float(0))))
      try builder.emit(op, engine, [builder.input(op)])
    },
    MNNRule("Selu") { op, builder in
      let gamma = Double(try op.float(0))
      let engine = UnaryElementwise(.selu(alpha: Double(try op.float(1)), gamma: gamma))
      try builder.emit(op, engine, [builder.input(op)])
    },
    MNNRule("PReLU") { op, builder in
      let slopes = try op.floats(1) ?? []
      let x = try builder.input(op)
      let shape = try builder.perChannel(slopes.count, op, like: x)
      let slope = builder.constant(op, "slope", Tensor(shape, slopes))
      try builder.emit(op, PRelu(), [x, slope])
    },
    MNNRule("UnaryOp", unary),
    MNNRule("Dropout", identity),
    MNNRule("Identity", identity),
    MNNRule("Copy", identity),
    MNNRule("Cast") { op, builder in
      let number = try op.int(1)
      guard let dtype = MNNBlob.dtype(number) else {
        throw MNNUnsupported(reason: "elements of type \(number)")
      }
      try builder.emit(op, Cast(to: dtype), [builder.input(op)], type: .unknown)
    },
    MNNRule("CastLike") { op, builder in
      try builder.emit(op, CastLike(), builder.inputs(op))
    },
  ]

  private static func function(
    _ name: String,
    _ function: UnaryElementwise.Function
  ) -> MNNRule {
    MNNRule(name) { op, builder in
      try builder.emit(op, UnaryElementwise(function), [builder.input(op)])
    }
  }

  @Sendable private static func identity(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    try builder.emit(op, Identity(), [builder.input(op)])
  }

  /// What field 0 of UnaryOp stands for.
  private static let unaryFunctions: [UnaryElementwise.Function?] = [
    .abs, .neg, .floor, .ceil, .square, .sqrt, .rsqrt, .exp, .log, .sin, .cos, .tan, .asin, .acos,
    .atan, .reciprocal, .log1p, .softplus, .acosh, .sinh, .asinh, .atanh, .sign, .round, .cosh,
    .erf, nil, nil, .expm1, .sigmoid, .tanh, .hardSwish, .geluTanh, .gelu, .swish(alpha: 1),
  ]

  @Sendable private static func unary(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    let number = try op.int(0)
    let x = try builder.input(op)
    if number == 26 {
      let erf = try builder.step(op, "erf", UnaryElementwise(.erf), [x])
      return try builder.emit(op, UnaryElementwise(.affine(alpha: -1, beta: 1)), [erf])
    }
    guard unaryFunctions.indices.contains(number), let function = unaryFunctions[number] else {
      throw MNNUnsupported(reason: "operation \(number)")
    }
    try builder.emit(op, UnaryElementwise(function), [x])
  }
}

extension MNNGraphBuilder {
  /// Returns the shape in which one number for each channel meets the channels of a value.
  func perChannel(_ count: Int, _ op: MNNOperator, like x: ValueID) throws -> Shape {
    if format(op).isChannelsLast { return [count] }
    return Shape([count] + [Int](repeating: 1, count: max((rank(x) ?? 4) - 2, 0)))
  }
}
