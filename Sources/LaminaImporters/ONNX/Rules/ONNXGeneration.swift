import LaminaCore
import LaminaOperators

extension ONNXImporter {
  /// Constants, ranges and random numbers.
  static let generation: [Rule] = [
    Rule("Constant", lowering: constant),
    Rule("ConstantOfShape") { node in
      ConstantOfShape(value: try node.tensor("value") ?? Tensor([1], [Float(0)]))
    },
    Rule("Range") { _ in ArithmeticRange() },
    Rule("OneHot") { node in OneHot(axis: try node.int("axis", default: -1)) },
    Rule("EyeLike") { node in
      EyeLike(dtype: try node.dtype("dtype"), offset: try node.int("k", default: 0))
    },
    Rule("RandomNormal") { node in
      try random(normal(node), .lengths(node.ints("shape", default: [])), .float32, node)
    },
    Rule("RandomUniform") { node in
      try random(uniform(node), .lengths(node.ints("shape", default: [])), .float32, node)
    },
    Rule("RandomNormalLike") { node in try random(normal(node), .like, nil, node) },
    Rule("RandomUniformLike") { node in try random(uniform(node), .like, nil, node) },
    Rule("Multinomial") { node in
      Multinomial(
        sampleCount: try node.int("sample_size", default: 1),
        dtype: try node.dtype("dtype") ?? .int32,
        seed: try seed(node)
      )
    },
    Rule("Bernoulli") { node in Bernoulli(dtype: try node.dtype("dtype"), seed: try seed(node)) },
  ]

  /// A node that only brings a constant becomes the constant itself.
  private static func constant(_ node: ONNXNode) throws {
    if let tensor = try node.tensor("value") ?? node.tensor("sparse_value") {
      return try node.becomeConstant(tensor)
    }
    if let value = try node.int("value_int") {
      return try node.becomeConstant(Tensor(scalar: Int64(value)))
    }
    if let value = try node.float("value_float") {
      return try node.becomeConstant(Tensor(scalar: value))
    }
    if let value = try node.string("value_string") {
      return try node.becomeConstant(Tensor([], strings: [value]))
    }
    if let values = try node.ints("value_ints") {
      return try node.becomeConstant(Tensor([values.count], values.map(Int64.init)))
    }
    if let values = try node.floats("value_floats") {
      return try node.becomeConstant(Tensor([values.count], values))
    }
    guard let values = try node.strings("value_strings") else {
      throw node.invalid("value", found: "none", expected: "a constant")
    }
    try node.becomeConstant(Tensor([values.count], strings: values))
  }

  private static func normal(_ node: ONNXNode) throws -> RandomTensor.Distribution {
    .normal(
      mean: try node.double("mean", default: 0),
      deviation: try node.double("scale", default: 1)
    )
  }

  private static func uniform(_ node: ONNXNode) throws -> RandomTensor.Distribution {
    .uniform(low: try node.double("low", default: 0), high: try node.double("high", default: 1))
  }

  private static func random(
    _ distribution: RandomTensor.Distribution,
    _ source: RandomTensor.Source,
    _ fallback: DataType?,
    _ node: ONNXNode
  ) throws -> RandomTensor {
    RandomTensor(
      distribution,
      dtype: try node.dtype("dtype") ?? fallback,
      shape: source,
      seed: try seed(node)
    )
  }

  /// Seeds are floats in the file; their bits tell them apart.
  private static func seed(_ node: ONNXNode) throws -> Int? {
    try node.float("seed").map { Int($0.bitPattern) }
  }
}
