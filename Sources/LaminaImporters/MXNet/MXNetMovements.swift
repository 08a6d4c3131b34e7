import LaminaCore
import LaminaOperators

extension MXNetGraphBuilder {
  /// Operators that only move elements.
  static let movements: [MXNetRule] = [
    MXNetRule("Flatten") { _ in Flatten(axis: 1) },
    MXNetRule("flatten") { _ in Flatten(axis: 1) },
    MXNetRule("Reshape", lowering: reshape),
    MXNetRule("reshape", lowering: reshape),
    MXNetRule("Concat") { Concat(axis: try $0.int("dim", default: 1)) },
    MXNetRule("concat") { Concat(axis: try $0.int("dim", default: 1)) },
    MXNetRule("stack", lowering: stack),
    MXNetRule("SliceChannel", lowering: split),
    MXNetRule("split", lowering: split),
    MXNetRule("slice", lowering: slice),
    MXNetRule("crop", lowering: slice),
    MXNetRule("slice_axis", lowering: sliceAxis),
    MXNetRule("slice_like", lowering: sliceLike),
    MXNetRule("Crop", lowering: crop),
    MXNetRule("SwapAxis", lowering: swapAxes),
    MXNetRule("swapaxes", lowering: swapAxes),
    MXNetRule("transpose") { Transpose(permutation: try $0.ints("axes")) },
    MXNetRule("expand_dims") { Unsqueeze(axes: [try $0.int("axis", default: 0)]) },
    MXNetRule("squeeze") { Squeeze(axes: try $0.ints("axis")) },
    MXNetRule("tile", lowering: tile),
    MXNetRule("Pad", lowering: pad),
    MXNetRule("pad", lowering: pad),
    MXNetRule("reverse") { Reverse(axes: try $0.ints("axis")) },
    MXNetRule("flip") { Reverse(axes: try $0.ints("axis")) },
    MXNetRule("space_to_depth") {
      SpaceToDepth(blockSize: try $0.int("block_size", default: 1))
    },
    MXNetRule("depth_to_space") {
      DepthToSpace(blockSize: try $0.int("block_size", default: 1))
    },
    MXNetRule("take", lowering: take),
    MXNetRule("broadcast_to", lowering: broadcast),
    MXNetRule("shape_array") { _ in ShapeOf() },
  ]

  /// Lengths may be codes: 0 keeps one, −1 takes the rest, −2 keeps all that follow, −3 joins
  /// two, −4 parts one into the next two.
  @Sendable private static func reshape(_ node: MXNetNode) throws {
    guard let codes = try node.ints("shape") ?? node.ints("target_shape") else {
      throw node.invalid("a shape", "none")
    }
    if codes.allSatisfy({ $0 >= -1 }) && !node.bool("reverse") {
      return try node.emit(Reshape(shape: codes), [node.input(0)])
    }
    let shape = node.shape()
    guard shape.isRanked, !node.bool("reverse") else {
      throw MXNetUnsupported(reason: "its input has no known rank")
    }
    let lengths = try resolved(codes, shape.dims, node)
    try node.emit(Reshape(shape: lengths), [node.input(0)])
  }

  /// Returns lengths without codes but −1; an unknown one becomes the −1.
  private static func resolved(
    _ codes: [Int],
    _ dims: [Int],
    _ node: MXNetNode
  ) throws -> [Int] {
    var lengths: [Int] = []
    var source = dims[...]
    var rest = codes[...]
    func known(_ length: Int?) throws -> Int {
      guard let length else { throw node.invalid("codes for \(dims.count) axes", "\(codes)") }
      return length < 0 ? -1 : length
    }
    while let code = rest.popFirst() {
      switch code {
      case 0: lengths.append(try known(source.popFirst()))
      case -2: while let length = source.popFirst() { lengths.append(try known(length)) }
      case -3:
        let (a, b) = (try known(source.popFirst()), try known(source.popFirst()))
        lengths.append(a < 0 || b < 0 ? -1 : a &* b)
      case -4:
        var whole = try known(source.popFirst())
        guard var a = rest.popFirst(), var b = rest.popFirst() else {
          throw node.invalid("two lengths behind -4", "\(codes)")
        }
        if whole == 0 { whole = -1 }
        if a == -1, b > 0, whole > 0 { a = whole / b }
        if b == -1, a > 0, whole > 0 { b = whole / a }
        lengths += [a, b]
      default:
        lengths.append(code)
        _ = source.popFirst()
      }
    }
    guard lengths.filter({ $0 == -1 }).count <= 1 else {
      throw MXNetUnsupported(reason: "its input has no known lengths")
    }
    return lengths
  }

  @Sendable private static func stack(_ node: MXNetNode) throws {
    let axis = try node.int("axis", default: 0)
    var parts: [ValueID?] = []
    for (index, part) in try node.allInputs().enumerated() {
      parts.append(try node.step(Unsqueeze(axes: [axis]), [part], "part\(index)"))
    }
    try node.emit(Concat(axis: axis), parts)
  }

  @Sendable private static func split(_ node: MXNetNode) throws {
    let count = try node.int("num_outputs", default: 1)
    let axis = try node.int("axis", default: 1)
    guard (1...4096).contains(count) else { throw node.invalid("1 to 4096 outputs", "\(count)") }
    guard node.bool("squeeze_axis") else {
      return try node.emit(Split(axis: axis, count: count), [node.input(0)], count: count)
    }
    let names = (0..<count).map {
      (name: "\(node.name):part\($0)", type: ValueType.unknown)
    }
    let parts = try node.builder.graph.addNode(
      "\(node.name):parts",
      Split(axis: axis, count: count),
      inputs: [node.input(0)],
      outputs: names,
      sourceOp: node.symbol.op
    )
    var results: [ValueID] = []
    for (index, part) in parts.enumerated() {
      results += try node.builder.graph.addNode(
        count == 1 ? node.name : "\(node.name):\(index)",
        Squeeze(axes: [axis]),
        inputs: [part],
        outputs: [(count == 1 ? "\(node.name)_output" : "\(node.name)_output\(index)", .unknown)],
        sourceOp: node.symbol.op
      )
    }
    node.builder.define(node.number, results)
  }

  /// Begins and ends may be left out with `None`.
  @Sendable private static func slice(_ node: MXNetNode) throws {
    let begins = try node.optionalInts("begin") ?? []
    let ends = try node.optionalInts("end") ?? []
    let steps = try node.optionalInts("step") ?? []
    guard begins.count == ends.count, steps.isEmpty || steps.count == begins.count else {
      throw node.invalid("as many begins as ends", "\(begins.count), \(ends.count)")
    }
    let strides = begins.indices.map { $0 < steps.count ? steps[$0] ?? 1 : 1 }
    let starts = zip(begins, strides).map { $0 ?? ($1 < 0 ? 1 << 48 : 0) }
    let stops = zip(ends, strides).map { $0 ?? ($1 < 0 ? -(1 << 48) : 1 << 48) }
    let axes = Array(begins.indices)
    try node.emit(
      Slice(),
      [
        node.input(0), node.constant(starts, "begin"), node.constant(stops, "end"),
        node.constant(axes, "axes"), node.constant(strides, "step"),
      ]
    )
  }

  @Sendable private static func sliceAxis(_ node: MXNetNode) throws {
    let op = Slice(
      starts: [try node.int("begin", default: 0)],
      ends: [try node.int("end", default: 1 << 48)],
      axes: [try node.int("axis", default: 0)]
    )
    try node.emit(op, [node.input(0)])
  }

  /// Cuts to the lengths of the second input along some axes, or all.
  @Sendable private static func sliceLike(_ node: MXNetNode) throws {
    guard let axes = try node.ints("axes") else {
      return try node.emit(CropLike(axis: 0, offsets: [0]), node.allInputs())
    }
    let other = node.shape(1)
    let rank = try node.rank(1)
    let places = axes.map { $0 < 0 ? $0 + rank : $0 }
    guard places.allSatisfy({ (0..<rank).contains($0) && other[$0] > 0 }) else {
      throw MXNetUnsupported(reason: "its second input has no known lengths")
    }
    let op = Slice(starts: places.map { _ in 0 }, ends: places.map { other[$0] }, axes: places)
    try node.emit(op, [node.input(0)])
  }

  /// Cuts pictures to a size or to that of the second input, from an offset or the middle.
  @Sendable private static func crop(_ node: MXNetNode) throws {
    let offset = try node.ints("offset") ?? [0, 0]
    if node.inputCount > 1 {
      let op = CropLike(axis: 2, offsets: node.bool("center_crop") ? [] : offset)
      return try node.emit(op, node.allInputs())
    }
    guard let size = try node.ints("h_w"), size.count == 2, offset.count == 2,
      (size + offset).allSatisfy({ 0..<1 << 31 ~= $0 }), !node.bool("center_crop")
    else { throw MXNetUnsupported(reason: "a crop from the middle without a reference") }
    let op = Slice(starts: offset, ends: zip(offset, size).map { $0 + $1 }, axes: [2, 3])
    try node.emit(op, [node.input(0)])
  }

  @Sendable private static func swapAxes(_ node: MXNetNode) throws {
    let rank = try node.rank()
    let axes = [try node.int("dim1", default: 0), try node.int("dim2", default: 0)]
      .map { $0 < 0 ? $0 + rank : $0 }
    guard axes.allSatisfy({ (0..<rank).contains($0) }) else {
      throw node.invalid("axes below \(rank)", "\(axes)")
    }
    var order = Array(0..<rank)
    order.swapAt(axes[0], axes[1])
    try node.emit(Transpose(permutation: order), [node.input(0)])
  }

  @Sendable private static func tile(_ node: MXNetNode) throws {
    let repeats = try node.ints("reps") ?? [1]
    let rank = try node.rank()
    guard repeats.count <= rank else { throw MXNetUnsupported(reason: "more repeats than axes") }
    let ones = [Int](repeating: 1, count: rank - repeats.count)
    try node.emit(Tile(repeats: ones + repeats), [node.input(0)])
  }

  @Sendable private static func pad(_ node: MXNetNode) throws {
    let modes: [String: Pad.Mode] = ["constant": .constant, "edge": .edge, "reflect": .reflect]
    let text = node.text("mode", default: "constant")
    guard let mode = modes[text] else { throw node.invalid("a known mode", text) }
    let op = Pad(
      mode: mode,
      pads: try node.ints("pad_width"),
      value: try node.double("constant_value", default: 0),
      padsArePairs: true
    )
    try node.emit(op, [node.input(0)])
  }

  @Sendable private static func take(_ node: MXNetNode) throws {
    let numbers = try node.step(Cast(to: .int64), [node.input(1)], "indices")
    try node.emit(Gather(axis: node.int("axis", default: 0)), [node.input(0), numbers])
  }

  /// A length of zero keeps that of the input.
  @Sendable private static func broadcast(_ node: MXNetNode) throws {
    let lengths = (try node.ints("shape") ?? []).map { $0 == 0 ? 1 : $0 }
    try node.emit(Expand(), [node.input(0), node.constant(lengths, "shape")])
  }
}
