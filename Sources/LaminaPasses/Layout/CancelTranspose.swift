import LaminaCore
import LaminaOperators

/// Joins two transposes in a row; when they undo each other, both vanish.
///
///     Transpose(Transpose(x, p), q)  →  Transpose(x, q ∘ p)  or  x
///
/// The first one stays until nothing reads it: another edit of the same sweep may.
package struct CancelTranspose: RewritePass {
  package static let name = "cancel-transpose"
  package static let promise = Exactness.exact
  package static let roots: [any Operator.Type] = [Transpose.self]

  package init() {}

  package func edit(at node: Node, in graph: Graph) -> GraphEdit? {
    guard let second = Permutation(node, graph),
      let producer = graph.producer(of: node.inputs[0]), let first = Permutation(producer, graph),
      let source = producer.inputs[0], let output = node.outputs[0]
    else { return nil }
    let joined = first.followed(by: second)
    var edit = GraphEdit("join \(producer.name) and \(node.name)")
    if joined.isIdentity {
      guard !(graph.outputs.contains(output) && graph.inputs.contains(source)) else { return nil }
      edit.remove(node)
      edit.redirect(output, to: .existing(source))
    } else {
      edit.replace(
        node,
        with: Transpose(permutation: joined.axes),
        inputs: [.existing(source)],
        absorbing: graph.readerCount(of: node.inputs[0]) == 1 ? [producer] : []
      )
    }
    return edit
  }
}

extension Permutation {
  /// The permutation of a node that only transposes.
  init?(_ node: Node, _ graph: Graph) {
    guard let transpose = node.op as? Transpose, node.activation == nil,
      let input = node.inputs.first ?? nil
    else { return nil }
    let listed = node.inputs.count > 1 ? node.inputs[1] : nil
    let constant = try? graph.constant(listed)?.ints()
    if listed != nil && constant == nil { return nil }
    guard graph[input].tensorType.shape.isRanked else { return nil }
    let rank = graph[input].tensorType.shape.rank
    let axes = transpose.permutation ?? constant ?? Array((0..<rank).reversed())
    guard axes.count == rank, axes.sorted().elementsEqual(0..<rank) else { return nil }
    self.axes = axes
  }
}
