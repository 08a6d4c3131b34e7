import LaminaCore
import LaminaOperators

extension NcnnImporter {
  /// Layers that give elements another place or shape.
  static let movements: [NcnnRule] = [
    NcnnRule("Flatten") { layer, builder in
      try builder.emit(layer, Flatten(axis: 1), [builder.input(layer)])
    },
    NcnnRule("Reshape", reshape),
    NcnnRule("Permute", permute),
    NcnnRule("ExpandDims") { layer, builder in
      try builder.emit(layer, Unsqueeze(axes: layer.engineAxes(3)), [builder.input(layer)])
    },
    NcnnRule("Squeeze", squeeze),
    NcnnRule("Flip") { layer, builder in
      try builder.emit(layer, Reverse(axes: layer.engineAxes(0)), [builder.input(layer)])
    },
    NcnnRule("Tile", tile),
    NcnnRule("Padding", padding),
    NcnnRule("ShuffleChannel", shuffleChannel),
  ]

  /// Parameters 0, 1, 11 and 2 are w, h, d and c: −233 for an axis that is not there, 0 for the
  /// input's length, −1 for what remains.
  @Sendable private static func reshape(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    guard layer.text(6).isEmpty, layer.int(12, default: 233) == 233,
      layer.int(13, default: 233) == 233
    else { throw NcnnUnsupported(reason: "a shape that is a formula") }
    let x = try builder.input(layer)
    let rank = builder.rank(x)
    var lengths: [(length: Int, source: Int)] = []
    let parameters = [0, 1, 11, 2].map { layer.int($0, default: -233) }
    for (index, length) in parameters.enumerated() where length != -233 {
      // Blobs count w from the end and c from the start.
      lengths.insert((length, index == 3 ? 0 : rank - 1 - index), at: 0)
    }
    guard !lengths.isEmpty else {
      return try builder.emit(layer, Identity(), [x])
    }
    var shape = [1]
    for (position, item) in lengths.enumerated() {
      if item.length != 0 {
        shape.append(item.length)
      } else if let known = builder.length(x, item.source) {
        shape.append(known)
      } else if position == item.source {
        shape.append(0)
      } else {
        throw NcnnUnsupported(reason: "a length that is copied to another axis")
      }
    }
    try builder.emit(layer, Reshape(shape: shape), [x])
  }

  /// The orders of parameter 0, from the innermost axis on.
  private static let orders: [Int: [String]] = [
    2: ["WH", "HW"],
    3: ["WHC", "HWC", "WCH", "CWH", "HCW", "CHW"],
    4: [
      "WHDC", "HWDC", "WDHC", "DWHC", "HDWC", "DHWC", "WHCD", "HWCD", "WCHD", "CWHD", "HCWD",
      "CHWD", "WDCH", "DWCH", "WCDH", "CWDH", "DCWH", "CDWH", "HDCW", "DHCW", "HCDW", "CHDW",
      "DCHW", "CDHW",
    ],
  ]

  @Sendable private static func permute(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    let x = try builder.input(layer)
    let rank = builder.rank(x)
    if rank == 1 { return try builder.emit(layer, Identity(), [x]) }
    guard let orders = orders[rank], orders.indices.contains(layer.int(0)) else {
      throw NcnnUnsupported(reason: "order \(layer.int(0)) of \(rank) axes")
    }
    let places = Array(orders[0].reversed())
    let axes = orders[layer.int(0)].reversed().map { (places.firstIndex(of: $0) ?? 0) + 1 }
    try builder.emit(layer, Transpose(permutation: [0] + axes), [x])
  }

  /// Removes axes of length 1; others stay.
  @Sendable private static func squeeze(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    let x = try builder.input(layer)
    let rank = builder.rank(x)
    var axes = layer.ints(3).map { $0 < 0 ? $0 + rank : $0 }
    if axes.isEmpty {
      let flags = [(2, 0), (11, rank - 3), (1, rank - 2), (0, rank - 1)]
      axes = flags.filter { layer.int($0.0) != 0 }.map(\.1)
    }
    axes = axes.filter { (0..<rank).contains($0) && builder.length(x, $0) ?? 1 == 1 }
    if axes.count == rank { axes.removeFirst() }
    guard !axes.isEmpty else { return try builder.emit(layer, Identity(), [x]) }
    try builder.emit(layer, Squeeze(axes: axes.map { $0 + 1 }), [x])
  }

  @Sendable private static func tile(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    var x = try builder.input(layer)
    let rank = builder.rank(x)
    var repeats = layer.ints(2)
    if repeats.isEmpty {
      let axis = layer.int(0) < 0 ? layer.int(0) + rank : layer.int(0)
      guard (0..<rank).contains(axis) else { throw NcnnUnsupported(reason: "axis \(axis)") }
      repeats = (0..<rank).map { $0 == axis ? layer.int(1, default: 1) : 1 }
    }
    if repeats.count > rank {
      let axes = Array(1..<repeats.count - rank + 1)
      x = try builder.step(layer, "widened", Unsqueeze(axes: axes), [x])
    }
    let missing = [Int](repeating: 1, count: max(rank - repeats.count, 0) + 1)
    try builder.emit(layer, Tile(repeats: missing + repeats), [x])
  }

  /// Parameters 0 to 3 are top, bottom, left and right; 7 and 8 front and behind; 4 is the kind.
  @Sendable private static func padding(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    guard layer.int(6) == 0 else {
      _ = try builder.plain(layer, "values", [layer.int(6)])
      throw NcnnUnsupported(reason: "a value for each channel")
    }
    let x = try builder.input(layer)
    let rank = builder.rank(x)
    let sides = [(7, 8), (0, 1), (2, 3)].suffix(min(rank, 3))
    let lead = [Int](repeating: 0, count: rank + 1 - sides.count)
    let pads = lead + sides.map { layer.int($0.0) } + lead + sides.map { layer.int($0.1) }
    let modes: [Pad.Mode] = [.constant, .edge, .reflect]
    guard modes.indices.contains(layer.int(4)) else {
      throw NcnnUnsupported(reason: "kind \(layer.int(4))")
    }
    let mode = modes[layer.int(4)]
    let value = mode == .constant ? Double(layer.float(5)) : nil
    try builder.emit(layer, Pad(mode: mode, pads: pads, value: value), [x])
  }

  /// Channel g · size + i goes to i · groups + g.
  @Sendable private static func shuffleChannel(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    let x = try builder.input(layer)
    guard let count = builder.length(x, 0), count < 1 << 20, layer.int(0, default: 1) > 0,
      count.isMultiple(of: layer.int(0, default: 1))
    else { throw NcnnUnsupported(reason: "channels that groups do not divide") }
    let parts = layer.int(0, default: 1)
    let groups = layer.int(1) != 0 ? count / parts : parts
    let order = (0..<count).map { Int64($0 % groups * (count / groups) + $0 / groups) }
    let indices = builder.constant(layer, "order", Tensor([count], order))
    try builder.emit(layer, Gather(axis: 1), [x, indices])
  }
}
