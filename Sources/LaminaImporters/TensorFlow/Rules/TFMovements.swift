import LaminaCore
import LaminaOperators

extension TFImporter {
  /// Operators that rearrange or repeat elements.
  static let movements: [TFRule] = [
    TFRule("Reshape") { _ in Reshape(zeroIsLength: true) },
    TFRule("Squeeze") { node in
      let axes = node.ints("squeeze_dims") ?? node.ints("axis") ?? []
      return Squeeze(axes: axes.isEmpty ? nil : axes)
    },
    TFRule("ExpandDims") { _ in Unsqueeze() },
    TFRule("Transpose") { _ in Transpose() },
    TFRule(
      "ConcatV2",
      lowering: { node in
        let axis = try node.constantInt(node.inputs.count - 1)
        try node.emit(Concat(axis: axis), Array(node.values.dropLast()))
      }
    ),
    TFRule(
      "Concat",
      lowering: { node in
        try node.emit(Concat(axis: try node.constantInt(0)), Array(node.values.dropFirst()))
      }
    ),
    TFRule("Pack") { node in Pack(axis: node.int("axis", default: 0)) },
    TFRule(
      "Unpack",
      lowering: { node in
        let count = try node.count("num")
        try node.emit(Unpack(axis: node.int("axis", default: 0), count: count), count: count)
      }
    ),
    TFRule("Pad") { _ in Pad(mode: .constant, padsArePairs: true) },
    TFRule("PadV2") { _ in Pad(mode: .constant, padsArePairs: true) },
    TFRule("MirrorPad") { node in
      let isReflection = node.string("mode", default: "REFLECT") == "REFLECT"
      return Pad(mode: isReflection ? .reflect : .symmetric, padsArePairs: true)
    },
    TFRule("Tile") { _ in Tile() },
    TFRule("BroadcastTo") { _ in Expand() },
    TFRule("ReverseV2") { _ in Reverse() },
    TFRule("ReverseSequence") { node in
      ReverseSequence(
        batchAxis: node.int("batch_dim", default: 0),
        timeAxis: node.int("seq_dim", default: 1)
      )
    },
    TFRule("SpaceToBatchND") { _ in SpaceToBatchND() },
    TFRule("BatchToSpaceND") { _ in BatchToSpaceND() },
    TFRule("SpaceToBatch", lowering: { node in try blocks(node, SpaceToBatchND()) }),
    TFRule("BatchToSpace", lowering: { node in try blocks(node, BatchToSpaceND()) }),
    TFRule("SpaceToDepth") { node in
      SpaceToDepth(blockSize: node.int("block_size", default: 2), layout: node.layout)
    },
    TFRule("DepthToSpace") { node in
      DepthToSpace(blockSize: node.int("block_size", default: 2), layout: node.layout)
    },
    TFRule("MatrixDiag") { _ in MatrixDiag() },
    TFRule("MatrixSetDiag") { _ in MatrixSetDiag() },
    TFRule("MatrixBandPart", lowering: matrixBandPart),
  ]

  /// The old forms name one length for both axes.
  private static func blocks(_ node: TFNode, _ op: any Operator) throws {
    let size = node.int("block_size", default: 2)
    let block = node.constant(ints: [size, size], "block")
    try node.emit(op, [try node.value(0), block, try node.value(1)])
  }

  /// Either triangle; a band between them is not known.
  @Sendable private static func matrixBandPart(_ node: TFNode) throws {
    let (lower, upper) = (try node.constantInt(1), try node.constantInt(2))
    let x = try node.value(0)
    switch (lower, upper) {
    case (..<0, ..<0): try node.emit(Identity(), [x])
    case (..<0, _): try node.emit(Trilu(keepsUpper: false), [x, node.constant(scalar: upper)])
    case (_, ..<0): try node.emit(Trilu(keepsUpper: true), [x, node.constant(scalar: -lower)])
    default: throw TFUnsupported(reason: "a band of \(lower) and \(upper) diagonals")
    }
  }

  /// Parts of a tensor along its axes.
  static let slices: [TFRule] = [
    TFRule("Slice") { _ in SliceBySize() },
    TFRule("StridedSlice") { node in
      try node.requireInputs(4...4)
      return StridedSlice(
        beginMask: node.int("begin_mask", default: 0),
        endMask: node.int("end_mask", default: 0),
        ellipsisMask: node.int("ellipsis_mask", default: 0),
        newAxisMask: node.int("new_axis_mask", default: 0),
        shrinkAxisMask: node.int("shrink_axis_mask", default: 0)
      )
    },
    TFRule(
      "Split",
      lowering: { node in
        try node.requireInputs(2...2)
        let count = try node.count("num_split")
        let inputs = [try node.value(1), nil, try node.value(0)]
        try node.emit(Split(axis: nil, count: count), inputs, count: count)
      }
    ),
    TFRule(
      "SplitV",
      lowering: { node in
        try node.requireInputs(3...3)
        let count = try node.count("num_split")
        try node.emit(Split(axis: nil, count: count), count: count)
      }
    ),
  ]

  /// Elements picked or placed by index.
  static let gathers: [TFRule] = [
    TFRule("Gather") { _ in Gather(axis: 0) },
    TFRule(
      "GatherV2",
      lowering: { node in
        try node.requireInputs(3...3)
        let op = Gather(
          axis: try node.constantInt(2),
          batchDims: node.int("batch_dims", default: 0)
        )
        try node.emit(op, [try node.value(0), try node.value(1)])
      }
    ),
    TFRule(
      "ResourceGather",
      lowering: { node in
        guard case .variable(let name)? = node.inputs.first else {
          throw node.invalid("a variable", "none")
        }
        let batchDims = node.int("batch_dims", default: 0)
        let op = Gather(axis: batchDims, batchDims: batchDims)
        try node.emit(op, [try value(of: name, node), try node.value(1)])
      }
    ),
    TFRule("GatherNd") { _ in GatherND(batchDims: 0) },
    TFRule("ScatterNd") { _ in ScatterIntoZeros() },
    TFRule("TensorScatterUpdate") { _ in ScatterND() },
    TFRule("TensorScatterAdd") { _ in ScatterND(reduction: .add) },
    TFRule("SparseToDense") { _ in SparseToDense() },
    TFRule("Where") { _ in Coordinates() },
    TFRule(
      "Unique",
      lowering: { node in
        let op = UniqueInOrder(indexType: try node.dtype("out_idx", default: .int32))
        try node.emit(op, count: 2)
      }
    ),
    TFRule(
      "InvertPermutation",
      lowering: { node in
        let length = try node.knownShape(0, rank: 1)[0]
        let positions = Tensor([length], (0..<length).map(Int32.init))
        let indices = try node.add(Unsqueeze(axes: [1]), [try node.value(0)], "indices")
        let zeros = node.constant(try Tensor(zeros: .int32, [length]), "zeros")
        try node.emit(ScatterND(), [zeros, indices, node.constant(positions, "positions")])
      }
    ),
  ]
}

extension TFNode {
  /// The number of outputs that an attribute states.
  func count(_ attribute: String) throws(ImportError) -> Int {
    let count = int(attribute, default: 0)
    guard (1...(1 << 16)).contains(count) else { throw invalid("a number of parts", "\(count)") }
    return count
  }

  /// Adds one whole number.
  func constant(scalar: Int) -> ValueID { constant(Tensor(scalar: Int64(scalar)), "number") }
}
