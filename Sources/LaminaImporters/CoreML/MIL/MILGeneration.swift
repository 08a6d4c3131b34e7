import LaminaCore
import LaminaOperators

extension MILNode {
  /// Operations that make values, and the choice of a class.
  static let generation: [MILRule] = [
    MILRule("fill") { node in
      try filled(node, node.cast(node.value("shape"), .int64))
    },
    MILRule("fill_like") { node in
      try filled(node, node.step(ShapeOf(), node.value("ref_tensor")))
    },
    MILRule("range_1d") { node in
      try node.step(
        ArithmeticRange(),
        node.value("start"),
        node.value("end"),
        node.value("step")
      )
    },
    MILRule("random_normal") { node in
      let (mean, deviation) = (
        try node.double("mean", default: 0), try node.double("stddev", default: 1)
      )
      return try random(node, .normal(mean: mean, deviation: deviation))
    },
    MILRule("random_uniform") { node in
      let (low, high) = (try node.double("low", default: 0), try node.double("high", default: 1))
      return try random(node, .uniform(low: low, high: high))
    },
    MILRule("random_bernoulli") { node in
      let even = try random(node, .uniform(low: 0, high: 1))
      let limit = try node.scalar(node.double("prob", default: 0.5), like: even)
      return try node.cast(node.binary(.less, even, limit), .float32)
    },
    MILRule("classify", outputs: { try classify($0) }),
  ]

  private static func filled(_ node: MILNode, _ shape: ValueID) throws -> ValueID {
    let value = node.tensor("value") ?? Tensor(scalar: Float(0))
    return try node.step(ConstantOfShape(value: value.reshaped(to: [1])), shape)
  }

  private static func random(
    _ node: MILNode,
    _ distribution: RandomTensor.Distribution
  ) throws -> ValueID {
    let seed = try node.int("seed", default: -1)
    let op = RandomTensor(
      distribution,
      dtype: .float32,
      shape: .input,
      seed: seed < 0 ? nil : seed
    )
    return try node.step(op, node.cast(node.value("shape"), .int64))
  }

  /// The class with the highest score, and all scores in the order of the classes.
  private static func classify(_ node: MILNode) throws -> [ValueID] {
    guard let classes = node.tensor("classes") else {
      throw CoreMLUnsupported(reason: "classes that are known at run time only")
    }
    let names = try classes.reshaped(to: [classes.count])
    node.scope.labels =
      names.dtype == .string
      ? names.strings.map { CoreMLImporter.label($0) } : try names.ints().map(String.init)
    let flat = try node.reshape(node.value("probabilities"), [-1])
    let best = try node.step(ArgReduce(.max, axis: 0, keepsDimensions: true), flat)
    return [try node.step(Gather(axis: 0), node.constant(names), best), flat]
  }
}
