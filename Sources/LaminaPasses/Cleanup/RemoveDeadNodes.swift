import LaminaCore

/// Removes a node whose outputs nobody reads.
package struct RemoveDeadNodes: RewritePass {
  package static let name = "remove-dead-nodes"
  package static let promise = Exactness.exact

  package init() {}

  package func edit(at node: Node, in graph: Graph) -> GraphEdit? {
    guard !node.outputs.isEmpty, node.outputs.allSatisfy({ graph.readerCount(of: $0) == 0 })
    else { return nil }
    var edit = GraphEdit("drop \(node.name), which nobody reads")
    edit.remove(node)
    return edit
  }
}
