import LaminaCore
import LaminaOperators

extension MILNode {
  /// Operations that join, cut, repeat and pad.
  static let movements: [MILRule] = [
    MILRule("concat") { try concat($0) },
    MILRule("stack") { node in
      let op = Pack(axis: try node.int("axis", default: 0))
      return try node.steps(op, node.values("values"), count: 1)[0]
    },
    MILRule(
      "split",
      outputs: { node in
        let op = Split(
          axis: try node.int("axis", default: 0),
          sizes: try node.ints("split_sizes"),
          count: node.outputCount
        )
        return try node.steps(op, [node.value("x")], count: node.outputCount)
      }
    ),
    MILRule("tile") { node in
      guard let repeats = node.tensor("reps") else {
        return try node.step(Tile(), node.value("x"), node.cast(node.value("reps"), .int64))
      }
      return try node.step(Tile(repeats: repeats.ints()), node.value("x"))
    },
    MILRule("pad") { try pad($0) },
    MILRule("slice_by_index") { node in
      let begin = try node.value("begin")
      let rank = try node.rank(node.value("x"))
      let ones = Tensor([rank], [Int32](repeating: 1, count: rank))
      let strides = try node.optional("stride") ?? node.constant(ones)
      return try node.step(strided(node), node.value("x"), begin, node.value("end"), strides)
    },
    MILRule("slice_by_size") { node in
      try node.step(SliceBySize(), node.value("x"), node.value("begin"), node.value("size"))
    },
    MILRule("slice_update") { try sliceUpdate($0) },
    MILRule("crop") { node in
      let (high, wide) = (
        try node.ints("crop_height") ?? [0, 0], try node.ints("crop_width") ?? [0, 0]
      )
      guard high.count == 2, wide.count == 2 else {
        throw node.invalid("amounts", expected: "two for each axis", found: "\(high) \(wide)")
      }
      let ends = [high[1], wide[1]].map { $0 == 0 ? Int(Int32.max) : -$0 }
      let starts = node.constant([high[0], wide[0]])
      return try node.step(
        Slice(),
        node.value("x"),
        starts,
        node.constant(ends),
        node.constant([-2, -1])
      )
    },
    MILRule("sliding_windows") { try slidingWindows($0) },
    MILRule("band_part") { node in
      var x = try node.value("x")
      let (lower, upper) = (
        try node.int("lower", default: -1), try node.int("upper", default: -1)
      )
      func cut(_ keepsUpper: Bool, _ offset: Int) throws -> ValueID {
        let diagonal = node.constant(Tensor(scalar: Int64(offset)))
        return try node.step(Trilu(keepsUpper: keepsUpper), x, diagonal)
      }
      if lower >= 0 { x = try cut(true, -lower) }
      if upper >= 0 { x = try cut(false, upper) }
      return lower < 0 && upper < 0 ? try node.step(Identity(), x) : x
    },
  ]

  /// Which of begin, end and axes are left out: true or 1 for each axis.
  private static func strided(_ node: MILNode) throws -> StridedSlice {
    func mask(_ argument: String) throws -> Int {
      try (node.ints(argument) ?? []).prefix(32).enumerated().reduce(0) {
        $0 | ($1.element != 0 ? 1 << $1.offset : 0)
      }
    }
    return StridedSlice(
      beginMask: try mask("begin_mask"),
      endMask: try mask("end_mask"),
      ellipsisMask: 0,
      newAxisMask: 0,
      shrinkAxisMask: try mask("squeeze_mask")
    )
  }

  /// A part of x is another value: for whole strides of 1, by its places along each axis.
  private static func sliceUpdate(_ node: MILNode) throws -> ValueID {
    let (x, update) = (try node.value("x"), try node.value("update"))
    let steps = try node.ints("stride") ?? []
    let squeezed = try node.ints("squeeze_mask") ?? []
    guard steps.allSatisfy({ $0 == 1 }), squeezed.allSatisfy({ $0 == 0 }) else {
      throw CoreMLUnsupported(reason: "strides")
    }
    let begin = try node.value("begin")
    let masks = try node.ints("begin_mask") ?? []
    guard masks.contains(where: { $0 != 0 }) else {
      return try node.step(DynamicUpdateSlice(), x, update, begin)
    }
    let kept = Tensor([masks.count], masks.map { Int32($0 != 0 ? 0 : 1) })
    let starts = try node.binary(.mul, node.cast(begin, .int32), node.constant(kept))
    return try node.step(DynamicUpdateSlice(), x, update, starts)
  }

  /// One after the other, or element by element in turn.
  private static func concat(_ node: MILNode) throws -> ValueID {
    let values = try node.values("values")
    let axis = try node.int("axis", default: 0)
    guard try node.bool("interleave"), let first = values.first else {
      return try node.steps(Concat(axis: axis), values, count: 1)[0]
    }
    let shape = node.builder.shape(first)
    let place = axis < 0 ? axis + shape.rank : axis
    guard shape.isKnown, shape.dims.indices.contains(place) else {
      throw CoreMLUnsupported(reason: "interleaving along an axis of unknown length")
    }
    let stacked = try node.steps(Pack(axis: place + 1), values, count: 1)[0]
    var lengths = shape.dims
    lengths[place] = -1
    return try node.reshape(stacked, lengths)
  }

  /// Pairs of amounts for the last axes.
  private static func pad(_ node: MILNode) throws -> ValueID {
    let x = try node.value("x")
    let mode: Pad.Mode = try node.choice(
      "mode",
      default: "constant",
      of: ["constant": .constant, "reflect": .reflect, "replicate": .edge]
    )
    let value = mode == .constant ? try node.double("constant_val", default: 0) : nil
    guard let amounts = try node.tensor("pad")?.ints() else {
      let pairs = try node.step(Reshape(shape: [-1, 2]), node.cast(node.value("pad"), .int64))
      return try node.step(Pad(mode: mode, value: value, padsArePairs: true), x, pairs)
    }
    let missing = try node.rank(x) - amounts.count / 2
    guard missing >= 0, amounts.count % 2 == 0 else {
      throw node.invalid("pad", expected: "two amounts for each axis", found: "\(amounts.count)")
    }
    let zeros = [Int](repeating: 0, count: missing)
    let before = stride(from: 0, to: amounts.count, by: 2).map { amounts[$0] }
    let after = stride(from: 1, to: amounts.count, by: 2).map { amounts[$0] }
    return try node.step(
      Pad(mode: mode, pads: zeros + before + zeros + after, value: value),
      x
    )
  }

  /// All windows along an axis, which becomes two axes.
  private static func slidingWindows(_ node: MILNode) throws -> ValueID {
    let x = try node.value("x")
    let shape = node.builder.shape(x)
    let axis = try node.int("axis", default: 0)
    let place = axis < 0 ? axis + shape.rank : axis
    let (size, step) = (try node.int("size", default: 1), try node.int("stride", default: 1))
    guard shape.isKnown, shape.dims.indices.contains(place), size > 0, step > 0,
      shape[place] >= size
    else { throw CoreMLUnsupported(reason: "windows along an axis of unknown length") }
    let count = (shape[place] - size) / step + 1
    guard count <= 1 << 24 / size else { throw ShapeError.tooLarge([count, size]) }
    let places = (0..<count).flatMap { window in (0..<size).map { Int64(window * step + $0) } }
    return try node.step(Gather(axis: place), x, node.constant(Tensor([count, size], places)))
  }
}
