import LaminaCore
import LaminaOperators
import LaminaWire

extension CoreMLNetwork {
  /// Layers that read and write at places that are data.
  static let gathering: [Rule] = [
    Rule("gather", 930) { layer in
      let op = Gather(axis: layer.parameters.int(1))
      return try layer.step(op, layer.input(), layer.cast(layer.input(1), .int64))
    },
    Rule("gatherND", 940) { layer in
      try layer.step(GatherND(), layer.input(), layer.cast(layer.input(1), .int64))
    },
    Rule("gatherAlongAxis", 952) { layer in
      let op = GatherElements(axis: layer.parameters.int(1))
      return try layer.step(op, layer.input(), layer.cast(layer.input(1), .int64))
    },
    Rule("scatter", 935) { layer in
      guard layer.parameters.int(1) == 0 else {
        throw CoreMLUnsupported(reason: "axes other than the first")
      }
      let indices = try layer.step(Unsqueeze(axes: [-1]), layer.cast(layer.input(1), .int64))
      return try scatter(layer, indices, mode: 2) { ScatterND(reduction: $0) }
    },
    Rule("scatterND", 945) { layer in
      let indices = try layer.cast(layer.input(1), .int64)
      return try scatter(layer, indices, mode: 1) { ScatterND(reduction: $0) }
    },
    Rule("scatterAlongAxis", 954) { layer in
      let indices = try layer.cast(layer.input(1), .int64)
      let axis = layer.parameters.int(1)
      return try scatter(layer, indices, mode: 2) { ScatterElements(axis: axis, reduction: $0) }
    },
    Rule("whereNonZero", 1313) { layer in
      let positions = try layer.step(NonZero(), layer.input())
      let rows = try layer.step(Transpose(permutation: [1, 0]), positions)
      return try layer.cast(rows, .float32)
    },
    Rule("oneHot", 1450) { layer in
      let depth = layer.constant([try layer.count(1)])
      let values = Tensor([2], [layer.parameters.float(4), layer.parameters.float(3)])
      let indices = try layer.cast(layer.input(), .int64)
      let op = OneHot(axis: layer.parameters.int(2))
      return try layer.step(op, indices, depth, layer.constant(values))
    },
  ]

  /// Differences and quotients are sums of negatives and products of reciprocals.
  private static func scatter(
    _ layer: CoreMLLayer,
    _ indices: ValueID,
    mode: Int,
    _ op: (ScatterReduction) -> any Operator
  ) throws -> ValueID {
    var updates = try layer.input(2)
    let mode = try layer.int(mode, in: 0...6)
    if mode == 2 { updates = try layer.unary(.neg, updates) }
    if mode == 4 { updates = try layer.unary(.reciprocal, updates) }
    let reductions: [ScatterReduction] = [.none, .add, .add, .mul, .mul, .max, .min]
    return try layer.step(op(reductions[mode]), layer.input(), indices, updates)
  }
}
