import LaminaCore
import LaminaOperators
import LaminaWire

extension CoreMLNetwork {
  /// Layers that join, part, repeat, pad and turn values.
  static let movements: [Rule] = [
    Rule("copy", 600) { try $0.step(Identity(), $0.input()) },
    Rule("concat", 320) { layer in
      let axis = layer.parameters.bool(100) ? 0 : try layer.channelAxis(layer.input())
      return try layer.steps(Concat(axis: axis), layer.inputs, count: 1)[0]
    },
    Rule("concatND", 980) { try concat($0) },
    Rule("stack", 925) { layer in
      try layer.steps(Pack(axis: layer.parameters.int(1)), layer.inputs, count: 1)[0]
    },
    Rule(
      "split",
      330,
      outputs: { layer in
        let axis = try layer.channelAxis(layer.input())
        let op = Split(axis: axis, count: layer.outputCount)
        return try layer.steps(op, [layer.input()], count: layer.outputCount)
      }
    ),
    Rule(
      "splitND",
      975,
      outputs: { layer in
        let sizes = try layer.lengths(3, default: [])
        let op = Split(
          axis: layer.parameters.int(1),
          sizes: sizes.isEmpty ? nil : sizes,
          count: layer.outputCount
        )
        return try layer.steps(op, [layer.input()], count: layer.outputCount)
      }
    ),
    Rule("sequenceRepeat", 340) { layer in
      let x = try layer.input()
      let repeats = max(try layer.int(1, in: 0...1 << 20), 1)
      let ones = [Int](repeating: 1, count: max(try layer.rank(x) - 1, 0))
      return try layer.step(Tile(repeats: [repeats] + ones), x)
    },
    Rule("tile", 920) { layer in
      let x = try layer.input()
      if layer.inputs.count > 1 {
        return try layer.step(Tile(), x, layer.cast(layer.input(1), .int64))
      }
      let repeats = try layer.lengths(1, default: [])
      let missing = max(try layer.rank(x) - repeats.count, 0)
      return try layer.step(Tile(repeats: [Int](repeating: 1, count: missing) + repeats), x)
    },
    Rule("padding", 200) { try pad($0) },
    Rule("constantPad", 1155) { try constantPad($0) },
    Rule("reverse", 960) { layer in
      let flags = try layer.parameters.ints(1)
      let axes = flags.indices.filter { flags[$0] != 0 }
      guard !axes.isEmpty else { return try layer.step(Identity(), layer.input()) }
      return try layer.step(Reverse(axes: axes), layer.input())
    },
    Rule("reverseSeq", 965) { layer in
      let op = ReverseSequence(
        batchAxis: layer.parameters.int(1),
        timeAxis: layer.parameters.int(2)
      )
      return try layer.step(op, layer.input(), layer.cast(layer.input(1), .int64))
    },
    Rule("matrixBandPart", 1315) { layer in
      var x = try layer.input()
      let (lower, upper) = (layer.parameters.int(1), layer.parameters.int(2))
      if lower >= 0 { x = try triangle(layer, x, keepsUpper: true, offset: -lower) }
      if upper >= 0 { x = try triangle(layer, x, keepsUpper: false, offset: upper) }
      return lower < 0 && upper < 0 ? try layer.step(Identity(), x) : x
    },
    Rule("lowerTriangular", 1320) { layer in
      try triangle(layer, layer.input(), keepsUpper: false, offset: layer.parameters.int(1))
    },
    Rule("upperTriangular", 1325) { layer in
      try triangle(layer, layer.input(), keepsUpper: true, offset: layer.parameters.int(1))
    },
  ]

  private static func triangle(
    _ layer: CoreMLLayer,
    _ x: ValueID,
    keepsUpper: Bool,
    offset: Int
  ) throws -> ValueID {
    let diagonal = layer.constant(Tensor(scalar: Int64(offset)))
    return try layer.step(Trilu(keepsUpper: keepsUpper), x, diagonal)
  }

  /// One after the other, or element by element in turn.
  private static func concat(_ layer: CoreMLLayer) throws -> ValueID {
    let axis = layer.parameters.int(1)
    guard layer.parameters.bool(2) else {
      return try layer.steps(Concat(axis: axis), layer.inputs, count: 1)[0]
    }
    let x = try layer.input()
    let rank = try layer.rank(x)
    let shape = layer.builder.shape(x)
    let positive = axis < 0 ? axis + rank : axis
    guard shape.isKnown, shape.dims.indices.contains(positive) else {
      throw CoreMLUnsupported(reason: "interleaving along an axis of unknown length")
    }
    let stacked = try layer.steps(Pack(axis: positive + 1), layer.inputs, count: 1)[0]
    var lengths = shape.dims
    lengths[positive] = -1
    return try layer.step(Reshape(shape: lengths, zeroIsLength: true), stacked)
  }

  private static func pad(_ layer: CoreMLLayer) throws -> ValueID {
    let x = try layer.input()
    let rank = try layer.rank(x)
    let amounts = try layer.parameters.message(10) ?? ProtobufMessage()
    let (before, after) = try border(amounts)
    guard rank >= before.count else {
      throw layer.invalid("input", expected: "rank \(before.count) or more", found: "\(rank)")
    }
    let zeros = [Int](repeating: 0, count: rank - before.count)
    let mode: Pad.Mode =
      layer.parameters.has(2) ? .reflect : layer.parameters.has(3) ? .edge : .constant
    let value = try layer.parameters.message(1)?.float(1) ?? 0
    let op = Pad(
      mode: mode,
      pads: zeros + before + zeros + after,
      value: mode == .constant ? Double(value) : nil
    )
    return try layer.step(op, x)
  }

  /// Pairs of amounts, or lengths to be reached, for each axis.
  private static func constantPad(_ layer: CoreMLLayer) throws -> ValueID {
    let value = Double(layer.parameters.float(1))
    let x = try layer.input()
    if layer.inputs.count > 1 {
      let pairs = try layer.step(Reshape(shape: [-1, 2]), layer.cast(layer.input(1), .int64))
      return try layer.step(Pad(mode: .constant, value: value, padsArePairs: true), x, pairs)
    }
    var pads = try layer.lengths(2, default: [])
    let shape = layer.builder.shape(x)
    guard pads.count == 2 * (try layer.rank(x)) else {
      throw layer.invalid("amounts", expected: "two for each axis", found: "\(pads.count)")
    }
    if layer.parameters.bool(3) {
      guard shape.isKnown else { throw CoreMLUnsupported(reason: "padding of an unknown length") }
      for index in pads.indices where pads[index] > 0 {
        pads[index] = max(pads[index] - shape[index / 2], 0)
      }
    }
    let before = stride(from: 0, to: pads.count, by: 2).map { pads[$0] }
    let after = stride(from: 1, to: pads.count, by: 2).map { pads[$0] }
    return try layer.step(Pad(mode: .constant, pads: before + after, value: value), x)
  }
}
