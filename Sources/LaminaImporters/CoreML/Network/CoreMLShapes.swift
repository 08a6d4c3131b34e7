import LaminaCore
import LaminaOperators
import LaminaWire

extension CoreMLNetwork {
  /// Layers that give the same elements another shape or order.
  static let shapes: [Rule] = [
    Rule("reshape", 300) { try legacyReshape($0) },
    Rule("flatten", 301) { layer in
      var x = try layer.input()
      let rank = try layer.channelAxis(x) + 3
      if layer.parameters.int(1) == 1 { x = try channelsLast(layer, x, rank: rank) }
      let leading = [Int](repeating: 0, count: rank - 3)
      return try layer.step(Reshape(shape: leading + [-1, 1, 1]), x)
    },
    Rule("permute", 310) { try permute($0) },
    Rule("transpose", 985) { layer in
      try layer.step(Transpose(permutation: layer.lengths(1, default: [])), layer.input())
    },
    Rule("squeeze", 1120) { layer in
      let axes = layer.parameters.bool(2) ? nil : try layer.parameters.ints(1)
      return try layer.step(Squeeze(axes: axes), layer.input())
    },
    Rule("expandDims", 1125) { layer in
      try layer.step(Unsqueeze(axes: layer.parameters.ints(1)), layer.input())
    },
    Rule("flattenTo2D", 1130) { layer in
      try layer.step(Flatten(axis: layer.parameters.int(1)), layer.input())
    },
    Rule("reshapeStatic", 1140) { layer in
      try layer.step(
        Reshape(shape: layer.parameters.ints(1), zeroIsLength: true),
        layer.input()
      )
    },
    Rule("reshapeLike", 1135) { layer in
      let shape = try layer.step(ShapeOf(), layer.input(1))
      return try layer.step(Reshape(), layer.input(), shape)
    },
    Rule("reshapeDynamic", 1145) { layer in
      try layer.step(Reshape(), layer.input(), layer.cast(layer.input(1), .int64))
    },
    Rule("rankPreservingReshape", 1150) { layer in
      try layer.step(Reshape(shape: layer.parameters.ints(1)), layer.input())
    },
    Rule("getShape", 1065) { layer in
      try layer.cast(layer.step(ShapeOf(), layer.input()), .float32)
    },
    Rule("broadcastToLike", 1100) { layer in
      try layer.step(Expand(), layer.input(), layer.step(ShapeOf(), layer.input(1)))
    },
    Rule("broadcastToStatic", 1105) { layer in
      try layer.step(Expand(), layer.input(), layer.constant(layer.lengths(1, default: [])))
    },
    Rule("broadcastToDynamic", 1110) { layer in
      try layer.step(Expand(), layer.input(), layer.cast(layer.input(1), .int64))
    },
  ]

  private static func channelsLast(
    _ layer: CoreMLLayer,
    _ x: ValueID,
    rank: Int
  ) throws -> ValueID {
    let order = Array(0..<rank - 3) + [rank - 2, rank - 1, rank - 3]
    return try layer.step(Transpose(permutation: order), x)
  }

  /// Channels, height and width, with the sequence before them or not.
  private static func legacyReshape(_ layer: CoreMLLayer) throws -> ValueID {
    let target = try layer.parameters.ints(1)
    guard (3...4).contains(target.count) else {
      throw layer.invalid("shape", expected: "3 or 4 lengths", found: "\(target)")
    }
    let x = try layer.input()
    let rank = try layer.channelAxis(x) + 3
    var leading = target.count == 4 ? [target[0]] : layer.network.isLegacy ? [-1] : [0]
    if rank == 5 { leading.append(0) }
    let (c, h, w) = (target[target.count - 3], target[target.count - 2], target[target.count - 1])
    guard layer.parameters.int(2) == 1 else {
      return try layer.step(Reshape(shape: leading + [c, h, w]), x)
    }
    let last = try channelsLast(layer, x, rank: rank)
    let reshaped = try layer.step(Reshape(shape: leading + [h, w, c]), last)
    let order = Array(0..<rank - 3) + [rank - 1, rank - 3, rank - 2]
    return try layer.step(Transpose(permutation: order), reshaped)
  }

  /// The order of sequence, channels, height and width; the batch stays.
  private static func permute(_ layer: CoreMLLayer) throws -> ValueID {
    let axes = try layer.lengths(1, default: [0, 1, 2, 3])
    let x = try layer.input()
    guard axes.sorted() == [0, 1, 2, 3] else {
      throw layer.invalid("axes", expected: "an order of 0 to 3", found: "\(axes)")
    }
    guard try layer.rank(x) == 5 else {
      guard axes[0] == 0 || layer.network.batch == 1 else {
        throw CoreMLUnsupported(reason: "the sequence of several")
      }
      return try layer.step(Transpose(permutation: axes), x)
    }
    let order = axes.map { $0 == 0 ? 0 : $0 + 1 }
    return try layer.step(Transpose(permutation: [order[0], 1] + order[1...]), x)
  }
}
