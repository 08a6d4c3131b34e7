import LaminaCore
import LaminaOperators

extension ONNXImporter {
  /// Sequences and optionals.
  static let sequences: [Rule] = [
    Rule("SequenceConstruct") { _ in SequenceConstruct() },
    Rule("SequenceEmpty") { node in SequenceEmpty(dtype: try node.dtype("dtype") ?? .float32) },
    Rule("SequenceAt") { _ in SequenceAt() },
    Rule("SequenceInsert") { _ in SequenceInsert() },
    Rule("SequenceErase") { _ in SequenceErase() },
    Rule("SequenceLength") { _ in SequenceLength() },
    Rule("SplitToSequence") { node in
      SplitToSequence(
        axis: try node.int("axis", default: 0),
        keepsDimensions: try node.bool("keepdims", default: true)
      )
    },
    Rule("ConcatFromSequence") { node in
      ConcatFromSequence(
        axis: try node.requiredInt("axis"),
        makesNewAxis: try node.bool("new_axis", default: false)
      )
    },
    Rule("SequenceMap", lowering: sequenceMap),
    Rule("Optional") { node in MakeOptional(type: try node.valueType("type")) },
    Rule("OptionalHasElement") { _ in OptionalHasElement() },
    Rule("OptionalGetElement") { _ in OptionalGetElement() },
  ]

  private static func sequenceMap(_ node: ONNXNode) throws {
    let types = node.inputs.indices.map { index in
      guard case .sequence(let element) = node.type(index) else { return node.type(index) }
      return element
    }
    let body = try node.innerScope("body", inputTypes: types.map(\.withoutShape))
    let op = SequenceMap(body: body.builder.graph, inputCount: node.inputs.count)
    try node.emit(op, inputs: node.inputs + body.captures.map(\.outer))
  }
}
