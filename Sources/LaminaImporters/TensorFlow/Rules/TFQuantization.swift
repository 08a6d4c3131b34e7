import LaminaCore
import LaminaOperators

extension TFImporter {
  /// Old quantized operators, whose ranges are tensors beside the codes.
  ///
  /// A quantized tensor is kept as the real numbers that its codes stand for, rounded to what the
  /// codes can hold.
  static let quantization: [TFRule] = [
    TFRule("FakeQuantWithMinMaxVars", lowering: fakeQuant),
    TFRule("FakeQuantWithMinMaxVarsPerChannel", lowering: fakeQuant),
    TFRule("FakeQuantWithMinMaxArgs") { node in
      FakeQuant(
        low: node.float("min", default: -6),
        high: node.float("max", default: 6),
        bitCount: node.int("num_bits", default: 8),
        isNarrow: node.bool("narrow_range")
      )
    },
    TFRule(
      "QuantizeV2",
      lowering: { node in
        try node.requireInputs(3...3)
        try node.emit(FakeQuantInRange(), node.values)
        node.results += [node.inputs[1], node.inputs[2]]
      }
    ),
    TFRule(
      "Dequantize",
      lowering: { node in
        try node.requireInputs(3...3)
        node.results = [.value(try node.real(0, range: 1))]
      }
    ),
    TFRule(
      "QuantizedConv2D",
      lowering: { node in
        try node.requireInputs(6...6)
        let weights = try node.knownShape(1, rank: 4)
        let op = Conv(
          window: try node.window(size: [weights[0], weights[1]]),
          layout: .channelsLast,
          weightLayout: .spatialInputOutput
        )
        try node.emitQuantized(
          op,
          [try node.real(0, range: 2), try node.real(1, range: 4)],
          range: 2
        )
      }
    ),
    TFRule(
      "QuantizedMatMul",
      lowering: { node in
        try node.requireInputs(6...6)
        let op = MatMul(
          transposesA: node.bool("transpose_a"),
          transposesB: node.bool("transpose_b")
        )
        try node.emitQuantized(
          op,
          [try node.real(0, range: 2), try node.real(1, range: 4)],
          range: 2
        )
      }
    ),
    TFRule(
      "QuantizedBiasAdd",
      lowering: { node in
        try node.requireInputs(6...6)
        let inputs = [try node.real(0, range: 2), try node.real(1, range: 4)]
        try node.emitQuantized(BinaryElementwise(.add), inputs, range: 2)
      }
    ),
    TFRule(
      "QuantizedRelu",
      lowering: { node in
        try node.emitQuantized(UnaryElementwise(.relu), [try node.real(0, range: 1)], range: 1)
      }
    ),
    TFRule(
      "QuantizedRelu6",
      lowering: { node in
        try node.emitQuantized(UnaryElementwise(.relu6), [try node.real(0, range: 1)], range: 1)
      }
    ),
    TFRule(
      "QuantizedReshape",
      lowering: { node in
        let inputs = [try node.real(0, range: 2), try node.value(1)]
        try node.emitQuantized(Reshape(zeroIsLength: true), inputs, range: 2)
      }
    ),
    TFRule(
      "QuantizedMaxPool",
      lowering: { node in
        let size = try node.spatial(node.ints("ksize") ?? [], rank: 2, "lengths")
        let op = MaxPool(window: try node.window(size: size), layout: .channelsLast)
        try node.emitQuantized(op, [try node.real(0, range: 1)], range: 1)
      }
    ),
    TFRule(
      "QuantizedAvgPool",
      lowering: { node in
        let size = try node.spatial(node.ints("ksize") ?? [], rank: 2, "lengths")
        let op = AveragePool(window: try node.window(size: size), layout: .channelsLast)
        try node.emitQuantized(op, [try node.real(0, range: 1)], range: 1)
      }
    ),
    TFRule(
      "Requantize",
      lowering: { node in
        try node.requireInputs(5...5)
        let inputs = [try node.real(0, range: 1), try node.value(3), try node.value(4)]
        try node.emit(FakeQuantInRange(), inputs)
        node.results += [node.inputs[3], node.inputs[4]]
      }
    ),
    TFRule(
      "RequantizationRange",
      lowering: { node in
        let x = try node.real(0, range: 1)
        try node.emit(Reduce(.min, axes: nil, keepsDimensions: false), [x])
        let high = try node.add(Reduce(.max, axes: nil, keepsDimensions: false), [x], "high")
        node.results.append(.value(high))
      }
    ),
  ]

  @Sendable private static func fakeQuant(_ node: TFNode) throws {
    try node.requireInputs(3...3)
    try node.emit(
      FakeQuantInRange(
        bitCount: node.int("num_bits", default: 8),
        isNarrow: node.bool("narrow_range")
      )
    )
  }
}

extension TFNode {
  /// Adds an operator on real numbers, and passes on a range that nothing looks at.
  func emitQuantized(_ op: any Operator, _ inputs: [ValueID?], range: Int) throws(ImportError) {
    try emit(op, inputs)
    results += [.value(try value(range)), .value(try value(range + 1))]
  }

  /// The real numbers of an input whose range is the inputs at `range` and behind.
  ///
  ///     x = low + code · (high − low) / steps
  func real(_ position: Int, range: Int) throws -> ValueID {
    let type = try type(position)
    guard type.dtype.isInteger, let codes = type.dtype.integerRange else {
      return try value(position)
    }
    guard let low = try constant(range)?.scalar(), let high = try constant(range + 1)?.scalar()
    else { throw TFUnsupported(reason: "codes whose range is known only during the run") }
    let step = (high - low) / Double(codes.upperBound - codes.lowerBound)
    let first = low - step * Double(codes.lowerBound)
    if let tensor = constant(position) {
      let reals = try tensor.doubles().map { first + step * $0 }
      return constant(try Tensor(.float32, tensor.shape, rounding: reals), "real \(position)")
    }
    let float = try add(Cast(to: .float32), [try value(position)], "codes \(position)")
    let affine = UnaryElementwise(.affine(alpha: step, beta: first))
    return try add(affine, [float], "real \(position)")
  }
}
