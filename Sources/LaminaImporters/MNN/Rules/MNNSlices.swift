import LaminaCore
import LaminaOperators

extension MNNImporter {
  /// Operators that take tensors apart and put them together.
  static let slices: [MNNRule] = [
    MNNRule("Concat") { op, builder in
      try builder.emit(op, Concat(axis: try op.int(0)), builder.inputs(op))
    },
    MNNRule("Pack") { op, builder in
      try builder.emit(op, Pack(axis: try op.int(1)), builder.inputs(op))
    },
    MNNRule("Unpack") { op, builder in
      let engine = Unpack(axis: try op.int(0), count: op.outputs.count)
      try builder.emit(op, engine, [builder.input(op)])
    },
    MNNRule("Slice", slice),
    MNNRule("SliceTf") { op, builder in
      try builder.emit(op, SliceBySize(), builder.inputs(op))
    },
    MNNRule("StridedSlice", stridedSlice),
    MNNRule("Crop", crop),
  ]

  /// Places to cut at where field 2 is 0, lengths otherwise; equal parts without any.
  @Sendable private static func slice(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    let x = try builder.input(op)
    let (axis, count) = (try op.int(0), op.outputs.count)
    var points = try op.ints(1)
    if op.inputs.count > 1 { points = try builder.constant(builder.input(op, 1))?.ints() }
    let holdsPlaces = try op.byte(2) == 0
    guard let points, !points.isEmpty, holdsPlaces || points.count > 1 || op.inputs.count > 1 else {
      return try builder.emit(op, Split(axis: axis, count: count), [x])
    }
    var sizes = points
    if holdsPlaces {
      let starts = [0] + points
      sizes = zip(starts, points).map { $1 &- $0 }
      if sizes.count >= count { sizes = Array(sizes.prefix(count - 1)) }
      sizes.append(-1)
    }
    guard sizes.count == count else {
      throw MNNUnsupported(reason: "\(sizes.count) parts for \(count) results")
    }
    try builder.emit(op, Split(axis: axis, sizes: sizes, count: count), [x])
  }

  /// Inputs are begins, ends and strides with masks or, with field 7, starts, ends, axes and steps.
  @Sendable private static func stridedSlice(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    let inputs = try builder.inputs(op)
    if try op.int(7) == 1 {
      return try builder.emit(op, LaminaOperators.Slice(), inputs)
    }
    guard inputs.count <= 4 else { throw MNNUnsupported(reason: "elements to put in") }
    let engine = StridedSlice(
      beginMask: try op.int(2),
      endMask: try op.int(3),
      ellipsisMask: try op.int(4),
      newAxisMask: try op.int(5),
      shrinkAxisMask: try op.int(6)
    )
    try builder.emit(op, engine, inputs)
  }

  /// As long as a second tensor from an axis on, at offsets.
  @Sendable private static func crop(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    let (x, other) = (try builder.input(op), try builder.input(op, 1))
    let axis = try op.int(0, default: 2)
    let sizes = builder.type(other).shape.dims
    guard let rank = builder.rank(x), sizes.count == rank, (0..<rank).contains(axis),
      sizes[axis...].allSatisfy({ $0 > 0 })
    else { throw MNNUnsupported(reason: "lengths that are not known") }
    let offsets = try op.ints(1) ?? []
    let starts = (axis..<rank).map { position in
      offsets.isEmpty ? 0 : offsets[min(position - axis, offsets.count - 1)]
    }
    let ends = zip(starts, sizes[axis...]).map { $0 &+ $1 }
    let engine = LaminaOperators.Slice(starts: starts, ends: ends, axes: Array(axis..<rank))
    try builder.emit(op, engine, [x])
  }
}
