import LaminaCore
import LaminaOperators

extension TFImporter {
  /// Lists of tensors that loops read and write; they are sequences here.
  static let lists: [TFRule] = [
    TFRule("TensorListReserve") { node in
      try node.emit(SequenceReserve(), [try node.value(1)])
    },
    TFRule("EmptyTensorList") { node in
      try node.emit(SequenceEmpty(dtype: try node.dtype("element_dtype", default: .float32)), [])
    },
    TFRule(
      "TensorListFromTensor",
      lowering: { node in
        try node.emit(SplitToSequence(axis: 0, keepsDimensions: false), [try node.value(0)])
      }
    ),
    TFRule(
      "TensorListGetItem",
      lowering: { node in
        try node.emit(SequenceAt(), [try node.value(0), try node.value(1)])
      }
    ),
    TFRule(
      "TensorListSetItem",
      lowering: { node in
        try node.emit(
          SequenceSet(),
          [try node.value(0), try node.value(1), try node.value(2)]
        )
      }
    ),
    TFRule(
      "TensorListPushBack",
      lowering: { node in
        try node.emit(SequenceInsert(), [try node.value(0), try node.value(1)])
      }
    ),
    TFRule("TensorListLength", lowering: { node in try length(node, 0) }),
    TFRule(
      "TensorListStack",
      lowering: { node in
        try node.emit(ConcatFromSequence(axis: 0, makesNewAxis: true), [try node.value(0)])
      }
    ),
    TFRule(
      "TensorArrayV3",
      lowering: { node in
        try node.emit(SequenceReserve(), [try node.value(0)])
        node.results = [.handle] + node.results
      }
    ),
    TFRule(
      "TensorArrayReadV3",
      lowering: { node in
        try node.emit(SequenceAt(), [try node.value(2), try node.value(1)])
      }
    ),
    TFRule(
      "TensorArrayWriteV3",
      lowering: { node in
        try node.emit(
          SequenceSet(),
          [try node.value(3), try node.value(1), try node.value(2)]
        )
      }
    ),
    TFRule(
      "TensorArrayScatterV3",
      lowering: { node in
        try node.emit(SplitToSequence(axis: 0, keepsDimensions: false), [try node.value(2)])
      }
    ),
    TFRule(
      "TensorArrayGatherV3",
      lowering: { node in
        let whole = try node.add(
          ConcatFromSequence(axis: 0, makesNewAxis: true),
          [try node.value(2)],
          "whole"
        )
        try node.emit(Gather(axis: 0), [whole, try node.value(1)])
      }
    ),
    TFRule("TensorArraySizeV3", lowering: { node in try length(node, 1) }),
    TFRule("TensorArrayCloseV3") { node in node.results = [] },
  ]

  private static func length(_ node: TFNode, _ position: Int) throws {
    let length = try node.add(SequenceLength(), [try node.value(position)], "length")
    try node.emit(Cast(to: .int32), [length])
  }
}
