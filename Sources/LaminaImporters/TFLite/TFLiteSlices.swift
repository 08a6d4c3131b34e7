import LaminaCore
import LaminaOperators

extension TFLiteImporter {
  /// Parts of a tensor along its axes.
  static let slices: [TFLiteRule] = [
    TFLiteRule("SLICE") { _ in SliceBySize() },
    TFLiteRule("STRIDED_SLICE") { node in
      try node.requireInputs(4...4)
      return StridedSlice(
        beginMask: try node.int(0),
        endMask: try node.int(1),
        ellipsisMask: try node.int(2),
        newAxisMask: try node.int(3),
        shrinkAxisMask: try node.int(4),
        endIsOffset: try node.bool(5)
      )
    },
    TFLiteRule("SPLIT") { node in
      try node.requireInputs(2...2)
      node.inputs = [node.inputs[1], nil, node.inputs[0]]
      return Split(axis: nil, count: node.outputs.count)
    },
    TFLiteRule("SPLIT_V") { node in
      try node.requireInputs(3...3)
      return Split(axis: nil, count: node.outputs.count)
    },
    TFLiteRule("DYNAMIC_UPDATE_SLICE") { _ in DynamicUpdateSlice() },
  ]

  /// Elements picked or placed by index.
  static let gathers: [TFLiteRule] = [
    TFLiteRule("GATHER") { node in
      Gather(axis: try node.int(0), batchDims: try node.int(1))
    },
    TFLiteRule("GATHER_ND") { _ in GatherND(batchDims: 0) },
    TFLiteRule("EMBEDDING_LOOKUP") { node in
      try node.requireInputs(2...2)
      node.inputs = [node.inputs[1], node.inputs[0]]
      return Gather(axis: 0)
    },
    TFLiteRule("SCATTER_ND") { _ in ScatterIntoZeros() },
    TFLiteRule("SPARSE_TO_DENSE") { _ in SparseToDense() },
    TFLiteRule("WHERE") { node in
      try node.requireInputs(1...1)
      return Coordinates()
    },
    TFLiteRule("UNIQUE") { node in
      UniqueInOrder(indexType: try node.dtype(0, default: .int32))
    },
  ]
}
