import LaminaCore
import LaminaOperators

/// Reads the float that codes were made from instead of the codes.
///
///     Requantize(Requantize(x)) with codes between  →  x
///
/// The rounding to codes is lost, which is the point when a quantized model computes in float.
package struct JoinRequantize: RewritePass {
  package static let name = "join-requantize"
  package static let promise = Exactness.approximate
  package static let roots: [any Operator.Type] = [Requantize.self]

  package init() {}

  package func edit(at node: Node, in graph: Graph) -> GraphEdit? {
    guard node.op is Requantize, let output = node.outputs[0],
      graph[output].tensorType.dtype == .float32,
      let producer = graph.producer(of: node.inputs[0], as: Requantize.self),
      let source = producer.node.inputs[0], graph[source].tensorType.dtype == .float32,
      !graph.outputs.contains(output)
    else { return nil }
    var edit = GraphEdit("read \(graph[source].name) before it is rounded")
    edit.remove(node)
    edit.redirect(output, to: .existing(source))
    return edit
  }
}
