import LaminaCore
import LaminaOperators
import LaminaWire

extension CoreMLNetwork {
  /// Convolutions of pictures and volumes.
  static let convolutions: [Rule] = [
    Rule("convolution", 100) { try convolution($0) },
    Rule("convolution3d", 1471) { try volumeConvolution($0) },
  ]

  private static func convolution(_ layer: CoreMLLayer) throws -> ValueID {
    let isTransposed = layer.parameters.bool(60)
    let groups = max(try layer.int(10, in: 0...1 << 31), 1)
    let (outputs, inputs) = (try layer.count(1), try layer.count(2))
    let size = try layer.lengths(20, default: [3, 3])
    let lengths = (isTransposed ? [inputs, outputs / groups] : [outputs, inputs]) + size
    let weights =
      layer.inputs.count > 1
      ? try layer.input(1)
      : layer.constant(try layer.weights(90, lengths, channelAxis: isTransposed ? 1 : 0))
    let bias = layer.parameters.bool(70) ? try layer.constantWeights(91, [outputs]) : nil
    let window = Window(
      size: size,
      strides: try layer.lengths(30, default: [1, 1]),
      dilations: isTransposed ? nil : try layer.lengths(40, default: [1, 1]),
      padding: try padding(layer.parameters, valid: 50, same: 51)
    )
    let shape = try layer.parameters.ints(100)
    return try layer.asImage(layer.input()) { x in
      guard isTransposed else {
        return try layer.step(Conv(window: window, groups: groups), x, weights, bias)
      }
      let op = ConvTranspose(
        window: window,
        outputShape: shape.isEmpty ? nil : shape,
        groups: groups
      )
      return try layer.step(op, x, weights, bias)
    }
  }

  private static func volumeConvolution(_ layer: CoreMLLayer) throws -> ValueID {
    let isTransposed = layer.parameters.bool(86)
    let groups = max(try layer.int(10, in: 0...1 << 31), 1)
    let (outputs, inputs) = (try layer.count(1), try layer.count(2))
    func triple(_ first: Int) throws -> [Int] {
      try (first..<first + 3).map { max(try layer.int($0, in: 0...1 << 31), 1) }
    }
    let size = try triple(20)
    let lengths =
      (isTransposed ? [inputs, outputs / groups] : [outputs, inputs / groups]) + size
    let weights = layer.constant(
      try layer.weights(60, lengths, channelAxis: isTransposed ? 1 : 0)
    )
    let bias = layer.parameters.bool(50) ? try layer.constantWeights(61, [outputs]) : nil
    let window = Window(
      size: size,
      strides: try triple(31),
      dilations: try triple(40),
      padding: try volumePadding(layer, type: 70, amounts: 80)
    )
    let shape = try layer.parameters.ints(87)
    let op: any Operator =
      isTransposed
      ? ConvTranspose(window: window, outputShape: shape.isEmpty ? nil : shape, groups: groups)
      : Conv(window: window, groups: groups)
    return try layer.step(op, layer.input(), weights, bias)
  }

  /// Reads `ValidPadding` or `SamePadding` from their fields; neither stands for no padding.
  static func padding(
    _ parameters: ProtobufMessage,
    valid: Int,
    same: Int
  ) throws -> Padding {
    if let mode = try parameters.message(same) { return mode.int(1) == 0 ? .sameUpper : .sameLower }
    guard let amounts = try parameters.message(valid)?.message(1) else { return .valid(rank: 2) }
    let (before, after) = try border(amounts)
    return .explicit(before: before, after: after)
  }

  /// Reads `BorderAmounts`: height, then width.
  static func border(_ amounts: ProtobufMessage) throws -> (before: [Int], after: [Int]) {
    let edges = try amounts.messages(10)
    guard !edges.isEmpty else { return ([0, 0], [0, 0]) }
    let bound = 1 << 30
    return (edges.map { min($0.int(1), bound) }, edges.map { min($0.int(2), bound) })
  }

  /// Reads the padding of a volume: six amounts in a row unless it is valid or same.
  static func volumePadding(_ layer: CoreMLLayer, type: Int, amounts: Int) throws -> Padding {
    switch layer.parameters.int(type) {
    case 1: return .valid(rank: 3)
    case 2: return .sameUpper
    default:
      let list = try (amounts..<amounts + 6).map { try layer.int($0, in: 0...1 << 30) }
      return .explicit(before: [list[0], list[2], list[4]], after: [list[1], list[3], list[5]])
    }
  }
}
