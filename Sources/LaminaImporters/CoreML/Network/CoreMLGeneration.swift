import LaminaCore
import LaminaOperators
import LaminaWire

extension CoreMLNetwork {
  /// Layers that make values.
  static let generation: [Rule] = [
    Rule("loadConstant", 290) { layer in
      let lengths = try layer.lengths(1, default: [1, 1, 1])
      let leading = layer.network.isLegacy ? [1] : [1, 1]
      let tensor = try layer.weights(2, lengths)
      return layer.constant(try tensor.reshaped(to: Shape(leading + lengths)))
    },
    Rule("loadConstantND", 1070) { layer in
      try layer.constantWeights(2, layer.lengths(1, default: []))
    },
    Rule("fillLike", 1080) { try filled($0, $0.step(ShapeOf(), $0.input())) },
    Rule("fillStatic", 1085) { try filled($0, $0.constant($0.lengths(2, default: []))) },
    Rule("fillDynamic", 1090) { try filled($0, $0.cast($0.input(), .int64)) },
    Rule("rangeStatic", 635) { layer in
      let (end, start) = (layer.parameters.float(1), layer.parameters.float(2))
      func scalar(_ value: Float) -> ValueID { layer.constant(Tensor(scalar: value)) }
      let step = scalar(layer.parameters.float(3))
      return try layer.step(ArithmeticRange(), scalar(start), scalar(end), step)
    },
    Rule("rangeDynamic", 640) { layer in
      func number(_ index: Int, field: Int) throws -> ValueID {
        guard layer.inputs.count > index else {
          return layer.constant(Tensor(scalar: layer.parameters.float(field)))
        }
        return try layer.step(Reshape(shape: []), layer.input(index))
      }
      let end = try layer.step(Reshape(shape: []), layer.input())
      let start = try number(1, field: 2)
      return try layer.step(ArithmeticRange(), start, end, number(2, field: 3))
    },
    Rule("randomNormalLike", 1170) { try random($0, normal($0), .like) },
    Rule("randomNormalStatic", 1175) { try random($0, normal($0), lengths($0, 4)) },
    Rule("randomNormalDynamic", 1180) { try random($0, normal($0), .input) },
    Rule("randomUniformLike", 1190) { try random($0, uniform($0), .like) },
    Rule("randomUniformStatic", 1195) { try random($0, uniform($0), lengths($0, 4)) },
    Rule("randomUniformDynamic", 1200) { try random($0, uniform($0), .input) },
    Rule("randomBernoulliLike", 1210) { try chosen($0, .like) },
    Rule("randomBernoulliStatic", 1215) { try chosen($0, lengths($0, 3)) },
    Rule("randomBernoulliDynamic", 1220) { try chosen($0, .input) },
  ]

  /// Layers that run other networks; blobs of theirs would be visible outside.
  static let controlFlow: [Rule] = [
    Rule(
      "branch",
      605,
      outputs: { _ in throw CoreMLUnsupported(reason: "networks within layers") }
    ),
    Rule("loop", 615, outputs: { _ in throw CoreMLUnsupported(reason: "networks within layers") }),
    Rule(
      "custom",
      500,
      outputs: { layer in
        let name = SafeText.clean(layer.parameters.string(10), limit: 100)
        throw CoreMLUnsupported(reason: "a layer of the application, \(name)")
      }
    ),
  ]

  private static func filled(_ layer: CoreMLLayer, _ shape: ValueID) throws -> ValueID {
    let value = Tensor([1], [layer.parameters.float(1)])
    return try layer.step(ConstantOfShape(value: value), shape)
  }

  private static func normal(_ layer: CoreMLLayer) -> RandomTensor.Distribution {
    .normal(
      mean: Double(layer.parameters.float(2)),
      deviation: Double(layer.parameters.float(3))
    )
  }

  private static func uniform(_ layer: CoreMLLayer) -> RandomTensor.Distribution {
    .uniform(low: Double(layer.parameters.float(2)), high: Double(layer.parameters.float(3)))
  }

  private static func lengths(
    _ layer: CoreMLLayer,
    _ field: Int
  ) throws -> RandomTensor.Source { .lengths(try layer.lengths(field, default: [])) }

  /// A negative seed stands for none.
  private static func random(
    _ layer: CoreMLLayer,
    _ distribution: RandomTensor.Distribution,
    _ source: RandomTensor.Source
  ) throws -> ValueID {
    let seed = layer.parameters.int(1)
    let op = RandomTensor(
      distribution,
      dtype: .float32,
      shape: source,
      seed: seed < 0 ? nil : seed
    )
    switch source {
    case .lengths: return try layer.step(op)
    case .like: return try layer.step(op, layer.input())
    case .input: return try layer.step(op, layer.cast(layer.input(), .int64))
    }
  }

  /// 1 with a probability, else 0: whether a number from 0 to 1 lies below it.
  private static func chosen(
    _ layer: CoreMLLayer,
    _ source: RandomTensor.Source
  ) throws -> ValueID {
    let even = try random(layer, .uniform(low: 0, high: 1), source)
    let limit = try layer.scalar(Double(layer.parameters.float(2)), like: even)
    return try layer.cast(layer.binary(.less, even, limit), .float32)
  }
}
