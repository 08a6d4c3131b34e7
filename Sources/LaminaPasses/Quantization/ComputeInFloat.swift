import LaminaCore
import LaminaOperators

/// Lets a node of a quantized model compute in float32.
///
///     Op(codes x) → codes y   becomes   Requantize(Op(Requantize(x))) with floats between
///
/// Constants become floats at once. ``JoinRequantize`` then drops the codes between two nodes.
package struct ComputeInFloat: RewritePass {
  package static let name = "compute-in-float"
  package static let promise = Exactness.approximate

  package init() {}

  package func edit(at node: Node, in graph: Graph) throws -> GraphEdit? {
    guard !(node.op is Requantize), !(node.op is AttachQuantization),
      !(node.op is DetachQuantization), graph.isQuantized(node)
    else { return nil }
    var edit = GraphEdit("let \(node.name) compute in float32")
    edit.remove(node)
    let inputs = try node.inputs.map { id -> GraphEdit.Input in
      guard let id, graph[id].tensorType.isQuantized else { return .existing(id) }
      if let constant = graph.constant(id) { return .constant(try constant.dequantized()) }
      let made = edit.add(
        "\(node.name)/\(graph[id].name)",
        Requantize(),
        inputs: [.existing(id)],
        outputTypes: [TensorType(.float32, graph[id].tensorType.shape)],
        sources: node.sources
      )
      return .made(made)
    }
    let types = node.outputs.map { id in id.map { graph[$0].tensorType } }
    let made = edit.add(
      node.name,
      node.op,
      inputs: inputs,
      outputs: zip(node.outputs, types).map { id, type in type?.isQuantized == true ? nil : id },
      outputTypes: types.map { type in
        type.map { TensorType($0.isQuantized ? .float32 : $0.dtype, $0.shape) }
      },
      activation: node.activation,
      sources: node.sources
    )
    for (position, type) in types.enumerated() where type?.isQuantized == true {
      edit.add(
        "\(node.name)/codes",
        Requantize(),
        inputs: [.made(made, output: position)],
        outputs: [node.outputs[position]],
        sources: node.sources
      )
    }
    return edit
  }
}
