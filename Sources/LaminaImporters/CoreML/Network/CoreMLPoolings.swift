import LaminaCore
import LaminaOperators
import LaminaWire

extension CoreMLNetwork {
  /// Poolings of pictures and volumes.
  static let poolings: [Rule] = [
    Rule("pooling", 120) { layer in
      let op = try pooling(layer)
      return try layer.asImage(layer.input()) { try layer.step(op, $0) }
    },
    Rule("pooling3d", 1465) { try volumePooling($0) },
    Rule("globalPooling3d", 1466) { layer in
      let isAverage = layer.parameters.int(1) == 1
      return try layer.step(GlobalPool(isAverage ? .average : .max), layer.input())
    },
  ]

  private static func pooling(_ layer: CoreMLLayer) throws -> any Operator {
    let kind = try layer.int(1, in: 0...2)
    if layer.parameters.bool(60) {
      let functions: [GlobalPool.Function] = [.max, .average, .lp(power: 2)]
      return GlobalPool(functions[kind])
    }
    var window = Window(
      size: try layer.lengths(10, default: [3, 3]),
      strides: try layer.lengths(20, default: [1, 1]),
      padding: try padding(layer.parameters, valid: 30, same: 31)
    )
    if let complete = try layer.parameters.message(32) {
      let amounts = try complete.ints(10).map { min(max($0, 0), 1 << 30) }
      let both = amounts.isEmpty ? [0, 0] : amounts
      window.padding = .explicit(before: both, after: both)
      window.roundsUp = true
    }
    switch kind {
    case 0: return MaxPool(window: window)
    case 1: return AveragePool(window: window, countsPadding: !layer.parameters.bool(50))
    default: return LpPool(window: window)
    }
  }

  private static func volumePooling(_ layer: CoreMLLayer) throws -> ValueID {
    func triple(_ first: Int) throws -> [Int] {
      try (first..<first + 3).map { max(try layer.int($0, in: 0...1 << 31), 1) }
    }
    let window = Window(
      size: try triple(2),
      strides: try triple(5),
      padding: try volumePadding(layer, type: 15, amounts: 8)
    )
    let isAverage = layer.parameters.int(1) == 1
    let op: any Operator =
      isAverage
      ? AveragePool(window: window, countsPadding: !layer.parameters.bool(14))
      : MaxPool(window: window)
    return try layer.step(op, layer.input())
  }
}
