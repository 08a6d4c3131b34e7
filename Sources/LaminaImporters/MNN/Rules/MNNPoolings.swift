import LaminaCore
import LaminaOperators

extension MNNImporter {
  /// Poolings: type 0 takes the largest element, 1 the mean.
  static let poolings: [MNNRule] = [
    MNNRule("Pooling", pooling),
    MNNRule("Pooling3D", pooling3D),
  ]

  @Sendable private static func pooling(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    let x = try builder.input(op)
    let layout = builder.layout(op)
    let takesMean = try op.byte(7) == 1
    if try op.bool(2) {
      return try builder.emit(op, GlobalPool(takesMean ? .average : .max, layout: layout), [x])
    }
    let mode = try op.byte(8)
    let pads = try op.ints(11) ?? []
    var before = [try op.int(1), try op.int(0)]
    var after = before
    if pads.count == 4 {
      (before, after) = ([pads[0], pads[1]], [pads[2], pads[3]])
    } else if pads.count == 2 {
      (before, after) = ([pads[0], 0], [pads[1], 0])
    }
    var size = [try op.int(4), try op.int(3)]
    let shape = builder.type(x).shape
    for axis in 0..<2 where shape.rank == 4 {
      // A window never reaches beyond the image and its border.
      let length = shape[layout.firstSpatialAxis + axis]
      if length > 0 { size[axis] = min(size[axis], length + before[axis] + after[axis]) }
    }
    let window = Window(
      size: size,
      strides: [try op.int(6), try op.int(5)],
      padding: mode == 2
        ? .sameUpper
        : mode == 1 ? .valid(rank: 2) : .explicit(before: before, after: after),
      roundsUp: try mode == 0 && op.bool(10, default: true)
    )
    guard takesMean else {
      return try builder.emit(op, MaxPool(window: window, layout: layout), [x])
    }
    let counting = try op.byte(12)
    let countsPadding = counting == 1 || counting == 0 && mode == 0
    let engine = AveragePool(window: window, layout: layout, countsPadding: countsPadding)
    try builder.emit(op, engine, [x])
  }

  /// Fields of Pool3D are lists, depth first.
  @Sendable private static func pooling3D(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    let x = try builder.input(op)
    let takesMean = try op.byte(3) == 1
    if try op.bool(5) {
      return try builder.emit(op, GlobalPool(takesMean ? .average : .max), [x])
    }
    guard let size = try op.ints(1), size.count == 3 else {
      throw MNNUnsupported(reason: "no window")
    }
    let pads = try op.ints(2) ?? [0, 0, 0]
    let after = pads.count == 6 ? Array(pads[3...]) : pads
    let mode = try op.byte(4)
    let window = Window(
      size: size,
      strides: try op.ints(0),
      padding: mode == 2
        ? .sameUpper
        : mode == 1
          ? .valid(rank: 3) : .explicit(before: Array(pads.prefix(3)), after: after)
    )
    guard takesMean else { return try builder.emit(op, MaxPool(window: window), [x]) }
    try builder.emit(op, AveragePool(window: window, countsPadding: false), [x])
  }
}
