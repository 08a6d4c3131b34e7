import LaminaCore
import LaminaOperators

extension NcnnImporter {
  /// Layers that take blobs apart and put them together.
  static let slices: [NcnnRule] = [
    NcnnRule("Concat") { layer, builder in
      var inputs: [ValueID?] = []
      for position in layer.bottoms.indices { inputs.append(try builder.input(layer, position)) }
      try builder.emit(layer, Concat(axis: layer.engineAxis(0)), inputs)
    },
    NcnnRule("Slice", slice),
    NcnnRule("Crop", crop),
  ]

  /// Lengths of the parts (−233 for an equal share of what is left), or where to cut.
  @Sendable private static func slice(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    let x = try builder.input(layer)
    let axis = layer.int(1) < 0 ? layer.int(1) + builder.rank(x) : layer.int(1)
    let length = builder.length(x, axis)
    let count = layer.tops.count
    let stated = layer.ints(0)
    if layer.ints(2).isEmpty, stated.allSatisfy({ $0 == -233 }), length == nil {
      return try builder.emit(layer, Split(axis: axis + 1, count: count), [x])
    }
    let sizes =
      layer.ints(2).isEmpty
      ? try shares(stated, of: length, count: count)
      : try distances(layer.ints(2), of: length, count: count)
    try builder.emit(layer, Split(axis: axis + 1, sizes: sizes, count: count), [x])
  }

  private static func shares(_ stated: [Int], of length: Int?, count: Int) throws -> [Int] {
    guard stated.count >= count else { throw NcnnUnsupported(reason: "too few lengths") }
    var sizes: [Int] = []
    for (index, size) in stated.prefix(count).enumerated() {
      if size != -233 {
        sizes.append(size)
      } else if let length {
        sizes.append((length - sizes.reduce(0, &+)) / (count - index))
      } else if index == count - 1 {
        sizes.append(-1)
      } else {
        throw NcnnUnsupported(reason: "shares of a length that is not known")
      }
    }
    return sizes
  }

  private static func distances(_ cuts: [Int], of length: Int?, count: Int) throws -> [Int] {
    guard cuts.count >= count - 1, length != nil || cuts.allSatisfy({ $0 >= 0 }) else {
      throw NcnnUnsupported(reason: "cuts from the end of a length that is not known")
    }
    var sizes: [Int] = []
    var start = 0
    for cut in cuts.prefix(count - 1) {
      let place = cut < 0 ? cut &+ (length ?? 0) : cut
      sizes.append(place &- start)
      start = place
    }
    return sizes + [-1]
  }

  /// Starts and ends for some axes, or offsets and lengths for each, or the lengths of a second
  /// blob.
  @Sendable private static func crop(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    guard layer.text(19).isEmpty, layer.text(20).isEmpty, layer.text(21).isEmpty else {
      throw NcnnUnsupported(reason: "places that are formulas")
    }
    let x = try builder.input(layer)
    let rank = builder.rank(x)
    let (starts, ends) = (layer.ints(9), layer.ints(10))
    if !starts.isEmpty, !ends.isEmpty {
      let axes = layer.ints(11).isEmpty ? Array(1..<rank + 1) : layer.engineAxes(11)
      guard starts.count >= axes.count, ends.count >= axes.count else {
        throw NcnnUnsupported(reason: "\(starts.count) starts for \(axes.count) axes")
      }
      let op = LaminaOperators.Slice(
        starts: starts.prefix(axes.count).map { $0 == -233 ? 0 : $0 },
        ends: ends.prefix(axes.count).map { $0 == -233 || $0 == 0 ? Int.max : $0 },
        axes: axes
      )
      return try builder.emit(layer, op, [x])
    }
    // Offset, length and offset from the end of w, h, d and c.
    let parameters = [(0, 3, 6), (1, 4, 7), (13, 14, 15), (2, 5, 8)]
    let used = rank == 4 ? [3, 2, 1, 0] : rank == 3 ? [3, 1, 0] : rank == 2 ? [1, 0] : [0]
    let ranges = used.map { parameters[$0] }
    let offsets = ranges.map { layer.int($0.0) }
    if parameters.allSatisfy({ layer.int($0.1) == 0 && layer.int($0.2) == 0 }) {
      return try crop(layer, &builder, x, from: offsets)
    }
    let limits = ranges.map { range in
      let (offset, length, rest) = (layer.int(range.0), layer.int(range.1), layer.int(range.2))
      return length == -233 ? (rest == 0 ? Int.max : -rest) : offset + length
    }
    let op = LaminaOperators.Slice(starts: offsets, ends: limits, axes: Array(1..<rank + 1))
    try builder.emit(layer, op, [x])
  }

  private static func crop(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder,
    _ x: ValueID,
    from offsets: [Int]
  ) throws {
    let other = try builder.input(layer, 1)
    guard builder.rank(other) == builder.rank(x) else {
      throw NcnnUnsupported(reason: "the size of a blob of another rank")
    }
    let size = try builder.step(layer, "size", ShapeOf(), [other])
    let begin = Tensor([offsets.count + 1], [0] + offsets.map { Int64($0) })
    let inputs = [x, builder.constant(layer, "begin", begin), size]
    try builder.emit(layer, SliceBySize(), inputs)
  }
}
