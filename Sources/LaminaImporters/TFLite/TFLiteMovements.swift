import LaminaCore
import LaminaOperators

extension TFLiteImporter {
  /// Operators that rearrange or repeat elements.
  static let movements: [TFLiteRule] = [
    TFLiteRule("RESHAPE", reshape),
    TFLiteRule("SQUEEZE") { node in
      let axes = try node.ints(0) ?? []
      return Squeeze(axes: axes.isEmpty ? nil : axes)
    },
    TFLiteRule("EXPAND_DIMS") { _ in Unsqueeze() },
    TFLiteRule("TRANSPOSE") { _ in Transpose() },
    TFLiteRule("CONCATENATION") { node in
      try node.fuseActivation(1)
      return Concat(axis: try node.int(0))
    },
    TFLiteRule("PACK") { node in Pack(axis: try node.int(1)) },
    TFLiteRule("UNPACK") { node in Unpack(axis: try node.int(1), count: node.outputs.count) },
    TFLiteRule("PAD", pad),
    TFLiteRule("PADV2") { node in
      try node.requireInputs(3...3)
      return Pad(mode: .constant, padsArePairs: true)
    },
    TFLiteRule("MIRROR_PAD") { node in
      Pad(mode: try node.byte(0) == 0 ? .reflect : .symmetric, padsArePairs: true)
    },
    TFLiteRule("TILE") { _ in Tile() },
    TFLiteRule("BROADCAST_TO") { _ in Expand() },
    TFLiteRule("REVERSE_V2") { _ in Reverse() },
    TFLiteRule("REVERSE_SEQUENCE") { node in
      ReverseSequence(batchAxis: try node.int(1), timeAxis: try node.int(0))
    },
    TFLiteRule("SPACE_TO_BATCH_ND") { _ in SpaceToBatchND() },
    TFLiteRule("BATCH_TO_SPACE_ND") { _ in BatchToSpaceND() },
    TFLiteRule("SPACE_TO_DEPTH") { node in
      SpaceToDepth(blockSize: try node.int(0), layout: .channelsLast)
    },
    TFLiteRule("DEPTH_TO_SPACE") { node in
      DepthToSpace(blockSize: try node.int(0), mode: .depthFirst, layout: .channelsLast)
    },
    TFLiteRule("MATRIX_DIAG") { _ in MatrixDiag() },
    TFLiteRule("MATRIX_SET_DIAG") { _ in MatrixSetDiag() },
    TFLiteRule("DENSIFY") { _ in Identity() },
  ]

  /// Codes are padded with the code of zero.
  @Sendable private static func pad(_ node: TFLiteNode) throws -> any Operator {
    try node.requireInputs(2...2)
    if let codes = node.quantization(0), codes.isPerTensor, let zeroPoint = codes.zeroPoints.first {
      let zero = try Tensor(node.type(0).dtype, [], rounding: [Double(zeroPoint)])
      node.inputs.append(node.constant(zero.with(quantization: codes), "zero"))
    }
    return Pad(mode: .constant, padsArePairs: true)
  }

  /// The target is the second input, or option 0 in old files, where [0] means a scalar.
  @Sendable private static func reshape(_ node: TFLiteNode) throws -> any Operator {
    try node.requireInputs(1...2)
    if node.inputs.count == 2, node.inputs[1] != nil { return Reshape(zeroIsLength: true) }
    guard let target = try node.ints(0) else { throw node.invalid("a target shape", "none") }
    node.inputs = [node.inputs[0]]
    return Reshape(shape: target == [0] ? [] : target, zeroIsLength: true)
  }
}
