import LaminaCore
import LaminaOperators
import LaminaWire

extension CoreMLNetwork {
  /// Normalizations.
  static let normalizations: [Rule] = [
    Rule("batchnorm", 160) { try batchNorm($0) },
    Rule("mvn", 165) { layer in
      let axes = layer.parameters.bool(1) ? [-3, -2, -1] : [-2, -1]
      let x = try layer.input()
      let mean = try layer.step(Reduce(.mean, axes: axes, keepsDimensions: true), x)
      let centered = try layer.binary(.sub, x, mean)
      guard layer.parameters.bool(2) else { return centered }
      let square = try layer.unary(.square, centered)
      let variance = try layer.step(Reduce(.mean, axes: axes, keepsDimensions: true), square)
      return try divided(layer, centered, byRootOf: variance, layer.float(3, default: 1e-6))
    },
    Rule("l2normalize", 170) { layer in
      let x = try layer.input()
      let op = Reduce(.sumSquare, axes: [-3, -2, -1], keepsDimensions: true)
      let sum = try layer.step(op, x)
      return try divided(layer, x, byRootOf: sum, layer.float(1, default: 1e-6))
    },
    Rule("softmax", 175) { layer in
      let x = try layer.input()
      return try layer.step(Softmax(axis: layer.channelAxis(x)), x)
    },
    Rule("softmaxND", 950) { layer in
      try layer.step(Softmax(axis: layer.parameters.int(1)), layer.input())
    },
    Rule("lrn", 180) { layer in
      let op = LRN(
        size: try layer.count(3),
        alpha: layer.parameters.float(1),
        beta: layer.parameters.float(2),
        bias: layer.float(4, default: 1)
      )
      return try layer.asImage(layer.input()) { try layer.step(op, $0) }
    },
    Rule("layerNormalization", 1350) { layer in
      let lengths = try layer.lengths(1, default: [])
      let op = LayerNorm(axis: -lengths.count, epsilon: layer.float(2, default: 1e-5))
      let scale = try layer.constantWeights(3, lengths)
      return try layer.step(op, layer.input(), scale, layer.constantWeights(4, lengths))
    },
  ]

  /// Divides x by √(sum + ε).
  private static func divided(
    _ layer: CoreMLLayer,
    _ x: ValueID,
    byRootOf sum: ValueID,
    _ epsilon: Float
  ) throws -> ValueID {
    let shifted = try layer.binary(.add, sum, layer.scalar(Double(epsilon), like: sum))
    return try layer.binary(.div, x, layer.unary(.sqrt, shifted))
  }

  private static func batchNorm(_ layer: CoreMLLayer) throws -> ValueID {
    let channels = try layer.count(1)
    let epsilon = layer.float(10, default: 1e-5)
    func list(_ field: Int, _ standard: Float) throws -> ValueID {
      if layer.parameters.has(field) { return try layer.constantWeights(field, [channels]) }
      _ = try layer.int(1, in: 1...1 << 20)
      return layer.constant(Tensor([channels], [Float](repeating: standard, count: channels)))
    }
    let x = try layer.input()
    let (gamma, beta) = (try list(15, 1), try list(16, 0))
    guard layer.parameters.bool(5) else {
      let op = BatchNorm(epsilon: epsilon, axis: try layer.channelAxis(x))
      return try layer.step(op, x, gamma, beta, list(17, 0), list(18, 1))
    }
    guard
      layer.parameters.bool(6) || layer.builder.shape(x).dims.dropLast(3).allSatisfy({ $0 == 1 })
    else { throw CoreMLUnsupported(reason: "statistics over a batch") }
    return try layer.asImage(x) {
      try layer.step(InstanceNorm(epsilon: epsilon), $0, gamma, beta)
    }
  }
}
