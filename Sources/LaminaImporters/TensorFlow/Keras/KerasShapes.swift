import LaminaCore
import LaminaOperators

extension KerasLayers {
  /// Layers that rearrange, repeat or cut.
  static let shapes: [KerasRule] = [
    KerasRule("Flatten", lowering: flatten),
    KerasRule("Reshape") { node in
      let target = node.config["target_shape"]?.elements.compactMap(\.integer) ?? []
      return Reshape(shape: [0] + target)
    },
    KerasRule("Permute") { node in
      let dims = node.config["dims"]?.elements.compactMap(\.integer) ?? []
      return Transpose(permutation: [0] + dims)
    },
    KerasRule(
      "RepeatVector",
      lowering: { node in
        let count = try node.config.int("n", default: 1)
        let row = try node.add(Unsqueeze(axes: [1]), [node.input()], "row")
        return [try node.emit(Tile(repeats: [1, count, 1]), [row])]
      }
    ),
    KerasRule("ZeroPadding1D") { node in try padding(node, rank: 1) },
    KerasRule("ZeroPadding2D") { node in try padding(node, rank: 2) },
    KerasRule("ZeroPadding3D") { node in try padding(node, rank: 3) },
    KerasRule("Cropping1D") { node in try cropping(node, rank: 1) },
    KerasRule("Cropping2D") { node in try cropping(node, rank: 2) },
    KerasRule("Cropping3D") { node in try cropping(node, rank: 3) },
    KerasRule("UpSampling1D", lowering: { node in try upsampling(node, rank: 1) }),
    KerasRule("UpSampling2D", lowering: { node in try upsampling(node, rank: 2) }),
    KerasRule("UpSampling3D", lowering: { node in try upsampling(node, rank: 3) }),
    KerasRule("TimeDistributed", lowering: timeDistributed),
  ]

  /// Channels go last before the axes are joined.
  @Sendable private static func flatten(_ node: KerasNode) throws -> [ValueID] {
    var x = try node.input()
    let rank = try node.type().shape.rank
    if node.config.layout == .channelsFirst, rank > 2 {
      let order = [0] + Array(2..<rank) + [1]
      x = try node.add(Transpose(permutation: order), [x], "channels last")
    }
    return [try node.emit(rank == 1 ? Unsqueeze(axes: [1]) : Flatten(axis: 1), [x])]
  }

  /// A pair of numbers for each spatial axis: one for all, one each, or two each.
  private static func pairs(
    _ node: KerasNode,
    _ key: String,
    rank: Int
  ) throws -> [(before: Int, after: Int)] {
    guard let value = node.config[key] else { return Array(repeating: (1, 1), count: rank) }
    if let single = value.integer { return Array(repeating: (single, single), count: rank) }
    let list = value.elements
    if rank == 1, list.count == 2, let a = list[0].integer, let b = list[1].integer {
      return [(a, b)]
    }
    let pairs = list.compactMap { item -> (Int, Int)? in
      if let both = item.integer { return (both, both) }
      let two = item.elements.compactMap(\.integer)
      return two.count == 2 ? (two[0], two[1]) : nil
    }
    guard pairs.count == rank, list.count == rank else {
      throw node.config.wrong(key, value, "\(rank) pairs of numbers")
    }
    return pairs
  }

  private static func padding(_ node: KerasNode, rank: Int) throws -> any Operator {
    let pairs = try pairs(node, "padding", rank: rank)
    let first = node.config.layout.firstSpatialAxis
    func all(_ spatial: [Int]) -> [Int] {
      var list = [Int](repeating: 0, count: rank + 2)
      list.replaceSubrange(first..<first + rank, with: spatial)
      return list
    }
    return Pad(mode: .constant, pads: all(pairs.map(\.before)) + all(pairs.map(\.after)))
  }

  private static func cropping(_ node: KerasNode, rank: Int) throws -> any Operator {
    let pairs = try pairs(node, "cropping", rank: rank)
    let first = node.config.layout.firstSpatialAxis
    return Slice(
      starts: pairs.map(\.before),
      ends: pairs.map { $0.after == 0 ? Int(Int32.max) : -$0.after },
      axes: Array(first..<first + rank)
    )
  }

  private static func upsampling(_ node: KerasNode, rank: Int) throws -> [ValueID] {
    let size = try node.config.ints("size", "length", rank: rank, default: 2)
    let first = node.config.layout.firstSpatialAxis
    var scales = [Double](repeating: 1, count: rank + 2)
    for (axis, factor) in size.enumerated() { scales[first + axis] = Double(factor) }
    let name = node.config.string("interpolation", default: "nearest")
    let op: Resize
    switch name {
    case "nearest": op = Resize(mode: .nearest, coordinates: .asymmetric, rounding: .floor)
    case "bilinear": op = Resize(mode: .linear, coordinates: .halfPixel)
    case "bicubic":
      op = Resize(
        mode: .cubic,
        coordinates: .halfPixel,
        cubicCoefficient: -0.5,
        excludesOutside: true
      )
    default: throw KerasUnsupported(reason: "the interpolation \(name)")
    }
    let factors = try node.constant(floats: scales, "scales")
    return [try node.emit(op, [try node.input(), nil, factors])]
  }

  /// Steps become entries of the batch, are put through a layer, and are steps again.
  @Sendable private static func timeDistributed(_ node: KerasNode) throws -> [ValueID] {
    let x = try node.input()
    let shape = try node.type().shape
    guard shape.rank >= 2, !shape.dims.dropFirst(2).contains(Shape.unknown) else {
      throw KerasUnsupported(reason: "an input of unknown shape")
    }
    let flat = try node.add(Reshape(shape: [-1] + shape.dims.dropFirst(2)), [x], "steps")
    let inner = try node.inner(node.config["layer"], inputs: [flat], weights: innerWeights(node))
    guard let y = try node.builder.lower(inner).first else {
      throw node.invalid("a layer that gives a result", "none")
    }
    let result = node.builder.graph[y].tensorType.shape
    guard shape[1] >= 0 || shape[0] >= 0, result.isRanked,
      !result.dims.dropFirst().contains(Shape.unknown)
    else { throw KerasUnsupported(reason: "steps of unknown number") }
    let head = shape[1] >= 0 ? [-1, shape[1]] : [shape[0], -1]
    let steps = try node.emit(Reshape(shape: head + result.dims.dropFirst()), [y])
    if node.builder.graph[steps].type == .unknown {
      let lengths = Shape([shape[0], shape[1]] + result.dims.dropFirst())
      let dtype = node.builder.graph[y].tensorType.dtype
      node.builder.graph[steps].type = .tensor(TensorType(dtype, lengths))
    }
    return [steps]
  }

  /// The weights of the layer that another one wraps.
  static func innerWeights(_ node: KerasNode) -> KerasWeights {
    let own = node.config["layer"]?["config"]?["name"]?.string ?? ""
    let named = node.weights.below(own)
    return named.isEmpty ? node.weights : named
  }
}
