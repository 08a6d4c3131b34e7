import LaminaCore
import LaminaOperators

/// Moves a transpose behind an operator that does not care about the order of axes.
///
///     Op(Transpose(x), Transpose(y), constant)  →  Transpose(Op'(x, y, constant'))
///
/// Applies when every input that is no constant is transposed alike; axes, padding and constants
/// are permuted to match. See `Operator.permuted` for which operators take part.
package struct SinkTranspose: RewritePass {
  package static let name = "sink-transpose"
  package static let promise = Exactness.exact
  package static let roots = AxisMove.operators
  package static let needs: [any Operator.Type] = [Transpose.self]

  package init() {}

  package func edit(at node: Node, in graph: Graph) throws -> GraphEdit? {
    guard let first = node.inputs.first ?? nil, !node.outputs.isEmpty,
      let permutation = commonPermutation(node, graph)
    else { return nil }
    let rank = permutation.axes.count
    guard graph[first].constant != nil || graph[first].tensorType.shape.rank == rank,
      let move = try AxisMove(node, permutation, graph),
      node.outputs.allSatisfy({ id in id.map { graph[$0].tensorType.shape.rank == rank } ?? true })
    else { return nil }
    var edit = GraphEdit("move the transpose behind \(node.name)")
    edit.remove(node)
    let back = permutation.inverse
    let made = edit.add(
      node.name,
      move.op,
      inputs: move.inputs,
      outputs: [ValueID?](repeating: nil, count: node.outputs.count),
      outputTypes: node.outputs.map { id in id.map { back.apply(graph[$0].tensorType) } },
      activation: node.activation,
      sources: node.sources
    )
    for (position, id) in node.outputs.enumerated() {
      guard let id else { continue }
      edit.add(
        "\(node.name)/out\(position == 0 ? "" : "\(position)")",
        Transpose(permutation: permutation.axes),
        inputs: [.made(made, output: position)],
        outputs: [id],
        sources: node.sources
      )
    }
    return edit
  }

  /// The permutation by which all inputs that are no constants were transposed.
  private func commonPermutation(_ node: Node, _ graph: Graph) -> Permutation? {
    var common: Permutation?
    for id in node.inputs {
      guard let id, graph[id].constant == nil else { continue }
      guard let producer = graph.producer(of: id), let own = Permutation(producer, graph),
        common == nil || own == common
      else { return nil }
      common = own
    }
    return common
  }
}
