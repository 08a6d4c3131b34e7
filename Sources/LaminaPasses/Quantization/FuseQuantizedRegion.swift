import LaminaCore
import LaminaOperators

/// Lets an operator between dequantization and quantization work on the codes.
///
///     Requantize(Op(Requantize(x), …)) with codes x and y  →  Op(x, …) with codes y
///
/// Applies when every activation that the operator reads comes from codes, its weights are codes,
/// and its result is only read as codes of one quantization.
package struct FuseQuantizedRegion: RewritePass {
  package static let name = "fuse-quantized-region"
  package static let promise = Exactness.rounding
  package static let needs: [any Operator.Type] = [Requantize.self]

  package init() {}

  package func edit(at node: Node, in graph: Graph) -> GraphEdit? {
    guard Self.takesCodes(node.op), let output = node.outputs.first ?? nil,
      node.outputs.dropFirst().allSatisfy({ graph.readerCount(of: $0) == 0 }),
      !graph.outputs.contains(output), let inputs = codes(of: node, graph)
    else { return nil }
    let readers = graph.readers(of: output)
    let types = readers.map { quantizedType($0, graph) }
    guard let first = types.first ?? nil, types.allSatisfy({ $0 == first }),
      let stored = readers.first?.outputs[0]
    else { return nil }
    var edit = GraphEdit("let \(node.name) work on codes")
    edit.remove(node)
    for reader in readers { edit.remove(reader) }
    edit.add(
      node.name,
      node.op,
      inputs: inputs,
      outputs: [stored],
      activation: node.activation,
      sources: node.sources + readers.flatMap(\.sources)
    )
    for reader in readers.dropFirst() {
      if let id = reader.outputs[0] { edit.redirect(id, to: .existing(stored)) }
    }
    return edit
  }

  private static func takesCodes(_ op: any Operator) -> Bool {
    switch op {
    case is Requantize, is AttachQuantization, is DetachQuantization: false
    case is Conv, is ConvTranspose, is Gemm, is MatMul, is FullyConnected, is BinaryElementwise,
      is VariadicElementwise, is UnaryElementwise, is Clip, is Softmax, is Reduce, is GlobalPool,
      is AveragePool, is MaxPool, is Resize, is Upsample:
      true
    default: op.movesElements
    }
  }

  /// The type that a reader stores the value as, when all it does is quantize it.
  private func quantizedType(_ reader: Node, _ graph: Graph) -> TensorType? {
    guard reader.op is Requantize, let id = reader.outputs[0] else { return nil }
    let type = graph[id].tensorType
    return type.isQuantized ? type : nil
  }

  /// The inputs as codes, or `nil` when one that matters is not.
  private func codes(of node: Node, _ graph: Graph) -> [GraphEdit.Input]? {
    var hasCodes = false
    var inputs: [GraphEdit.Input] = []
    for (position, id) in node.inputs.enumerated() {
      if let source = graph.producer(of: id, as: Requantize.self)?.node.inputs[0],
        graph[source].tensorType.isQuantized
      {
        inputs.append(.existing(source))
        hasCodes = hasCodes || graph.constant(source) == nil
      } else if let id, isPlainInput(node.op, position, graph[id]) {
        inputs.append(.existing(id))
      } else if id == nil {
        inputs.append(.existing(nil))
      } else {
        return nil
      }
    }
    return hasCodes ? inputs : nil
  }

  /// Whether an input may stay as it is: shapes and axes, bounds, and a bias.
  private func isPlainInput(_ op: any Operator, _ position: Int, _ value: Value) -> Bool {
    guard value.constant != nil else { return false }
    if !value.tensorType.dtype.isFloatingPoint { return true }
    switch op {
    case is Conv, is ConvTranspose, is Gemm, is FullyConnected: return position >= 2
    case is Clip, is Resize, is Upsample: return position >= 1
    default: return false
    }
  }
}
