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
    let window = try window(op, mode: mode, layout, over: builder.type(x).shape)
    guard takesMean else {
      return try builder.emit(op, MaxPool(window: window, layout: layout), [x])
    }
    let counting = try op.byte(12)
    let countsPadding = counting == 1 || counting == 0 && mode == 0
    let engine = AveragePool(window: window, layout: layout, countsPadding: countsPadding)
    try builder.emit(op, engine, [x])
  }

  private static func window(
    _ op: MNNOperator,
    mode: Int,
    _ layout: ChannelLayout,
    over shape: Shape
  ) throws -> Window {
    let (before, after) = try border(op)
    var size = [try op.int(4), try op.int(3)]
    for axis in 0..<2 where shape.rank == 4 {
      // A window never reaches beyond the image and its border.
      let length = shape[layout.firstSpatialAxis + axis]
      if length > 0 { size[axis] = min(size[axis], length + before[axis] + after[axis]) }
    }
    return Window(
      size: size,
      strides: [try op.int(6), try op.int(5)],
      padding: padding(mode, before, after, rank: 2),
      roundsUp: try mode == 0 && op.bool(10, default: true)
    )
  }

  /// The widths in the list of newer versions, else those of height and width for both sides.
  private static func border(_ op: MNNOperator) throws -> (before: [Int], after: [Int]) {
    let pads = try op.ints(11) ?? []
    let sides = [try op.int(1), try op.int(0)]
    switch pads.count {
    case 4: return ([pads[0], pads[1]], [pads[2], pads[3]])
    case 2: return ([pads[0], 0], [pads[1], 0])
    default: return (sides, sides)
    }
  }

  private static func padding(
    _ mode: Int,
    _ before: [Int],
    _ after: [Int],
    rank: Int
  ) -> Padding {
    switch mode {
    case 1: .valid(rank: rank)
    case 2: .sameUpper
    default: .explicit(before: before, after: after)
    }
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
      padding: padding(mode, Array(pads.prefix(3)), after, rank: 3)
    )
    guard takesMean else { return try builder.emit(op, MaxPool(window: window), [x]) }
    try builder.emit(op, AveragePool(window: window, countsPadding: false), [x])
  }
}
