import LaminaCore
import LaminaOperators

/// Reads the bfloat16 that a float32 was widened from.
///
///     Cast to bfloat16(Cast to float32(x))  →  x
///
/// A bfloat16 loses nothing on the way.
package struct JoinBrainFloats: RewritePass {
  package static let name = "join-bf16"
  package static let promise = Exactness.exact
  package static let roots: [any Operator.Type] = [Cast.self]

  package init() {}

  package func edit(at node: Node, in graph: Graph) -> GraphEdit? {
    guard let op = node.op as? Cast, op.to == .bfloat16, let output = node.outputs[0],
      let source = graph.brainSource(of: node.inputs[0]), !graph.outputs.contains(output)
    else { return nil }
    var edit = GraphEdit("read \(graph[source].name) as bfloat16")
    edit.remove(node)
    edit.redirect(output, to: .existing(source))
    return edit
  }
}
