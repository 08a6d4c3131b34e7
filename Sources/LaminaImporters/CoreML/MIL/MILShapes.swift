import LaminaCore
import LaminaOperators

extension MILNode {
  /// Operations that give the same elements another shape or order.
  static let shapes: [MILRule] = [
    MILRule("reshape") { node in
      let x = try node.value("x")
      guard let shape = node.tensor("shape") else {
        return try node.step(Reshape(), x, node.cast(node.value("shape"), .int64))
      }
      return try node.step(Reshape(shape: shape.ints()), x)
    },
    MILRule("expand_dims") { node in
      try node.step(Unsqueeze(axes: node.ints("axes") ?? []), node.value("x"))
    },
    MILRule("squeeze") { try $0.step(Squeeze(axes: $0.ints("axes")), $0.value("x")) },
    MILRule("transpose") { node in
      try node.step(Transpose(permutation: positive(node, "perm")), node.value("x"))
    },
    MILRule("flatten2d") { node in
      try node.step(Flatten(axis: node.int("axis", default: 1)), node.value("x"))
    },
    MILRule("shape") { try $0.step(ShapeOf(dtype: .int32), $0.value("x")) },
    MILRule("depth_to_space") { node in
      let op = DepthToSpace(blockSize: try node.int("block_size", default: 1))
      return try node.step(op, node.value("x"))
    },
    MILRule("space_to_depth") { node in
      let op = SpaceToDepth(blockSize: try node.int("block_size", default: 1))
      return try node.step(op, node.value("x"))
    },
    MILRule("pixel_shuffle") { node in
      let size = try node.int("upscale_factor", default: 1)
      return try node.step(DepthToSpace(blockSize: size, mode: .columnFirst), node.value("x"))
    },
    MILRule("pixel_unshuffle") { node in
      let size = try node.int("downscale_factor", default: 1)
      return try node.step(SpaceToDepth(blockSize: size, mode: .columnFirst), node.value("x"))
    },
    MILRule("reverse") { node in
      let x = try node.value("x")
      let axes = try node.ints("axes") ?? Array(0..<node.rank(x))
      return try node.step(Reverse(axes: axes), x)
    },
    MILRule("reverse_sequence") { node in
      let op = ReverseSequence(
        batchAxis: try node.int("batch_axis", default: 0),
        timeAxis: try node.int("seq_axis", default: 0)
      )
      return try node.step(op, node.value("x"), node.cast(node.value("lengths"), .int64))
    },
  ]

  /// Axes that may count from the end.
  private static func positive(_ node: MILNode, _ argument: String) throws -> [Int] {
    let rank = try node.rank(node.value("x"))
    return try (node.ints(argument) ?? []).map { $0 < 0 ? $0 + rank : $0 }
  }
}
