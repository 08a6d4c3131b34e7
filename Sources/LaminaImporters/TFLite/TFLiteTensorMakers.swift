import LaminaCore
import LaminaOperators

extension TFLiteImporter {
  /// Operators that make tensors of shapes and numbers.
  static let constants: [TFLiteRule] = [
    TFLiteRule("SHAPE") { node in ShapeOf(dtype: try node.dtype(0, default: .float32)) },
    TFLiteRule("RANK") { _ in RankOf() },
    TFLiteRule("FILL") { _ in Fill() },
    TFLiteRule("ZEROS_LIKE", zerosLike),
    TFLiteRule("RANGE") { _ in ArithmeticRange() },
    TFLiteRule("ONE_HOT") { node in
      try node.requireInputs(4...4)
      return OneHot(axis: try node.int(0))
    },
    TFLiteRule("BROADCAST_ARGS") { _ in BroadcastArgs() },
    TFLiteRule("RANDOM_UNIFORM") { node in
      try random(node, .uniform(low: 0, high: 1))
    },
    TFLiteRule("RANDOM_STANDARD_NORMAL") { node in
      try random(node, .normal(mean: 0, deviation: 1))
    },
    TFLiteRule("MULTINOMIAL") { node in
      Multinomial(sampleCount: nil, dtype: try node.indexType(of: 0), seed: try seed(node))
    },
  ]

  /// Zeros of the shape and type of the input.
  @Sendable private static func zerosLike(_ node: TFLiteNode) throws -> any Operator {
    try node.requireInputs(1...1)
    let zero = try Tensor(zeros: try node.outputType(0), [])
    node.inputs = [node.emit(ShapeOf(), node.inputs, "shape")]
    return ConstantOfShape(value: try zero.reshaped(to: [1]))
  }

  private static func random(
    _ node: TFLiteNode,
    _ distribution: RandomTensor.Distribution
  ) throws -> any Operator {
    RandomTensor(
      distribution,
      dtype: try node.outputType(0),
      shape: .input,
      seed: try seed(node)
    )
  }

  /// Both seeds zero ask for another sequence on each run.
  private static func seed(_ node: TFLiteNode) throws -> Int? {
    let first = try node.long(0)
    let second = try node.long(1)
    return first == 0 && second == 0 ? nil : first ^ (second << 32 | second >> 32)
  }
}
