import LaminaCore
import LaminaOperators

/// Lets an operator on N×C×spatial tensors work on N×spatial×C ones.
///
///     Op(x, channels first)  →  Transpose(Op(Transpose(x), channels last))
///
/// Applies to convolution, pooling and kin when the rank is known. Later passes let the
/// transposes meet and vanish.
package struct UseChannelsLast: RewritePass {
  package static let name = "use-channels-last"
  package static let promise = Exactness.rounding
  package static let roots: [any Operator.Type] = layoutOperators

  package init() {}

  package func edit(at node: Node, in graph: Graph) -> GraphEdit? {
    guard var op = node.op as? any LayoutOperator, op.layout == .channelsFirst,
      let input = node.inputs.first ?? nil, let output = node.outputs.first ?? nil,
      node.outputs.dropFirst().allSatisfy({ graph.readerCount(of: $0) == 0 })
    else { return nil }
    let (from, to) = (graph[input].tensorType, graph[output].tensorType)
    guard from.shape.isRanked, from.shape.rank >= 3, to.shape.rank == from.shape.rank else {
      return nil
    }
    let permutation = Permutation.toChannelsLast(rank: from.shape.rank)
    op.layout = .channelsLast
    var edit = GraphEdit("run \(node.name) with channels last")
    edit.remove(node)
    let before = edit.add(
      "\(node.name)/in",
      Transpose(permutation: permutation.axes),
      inputs: [.existing(input)],
      outputTypes: [permutation.apply(from)],
      sources: node.sources
    )
    let made = edit.add(
      node.name,
      op,
      inputs: [.made(before)] + node.inputs.dropFirst().map(GraphEdit.Input.existing),
      outputTypes: [permutation.apply(to)],
      activation: node.activation,
      sources: node.sources
    )
    edit.add(
      "\(node.name)/out",
      Transpose(permutation: permutation.inverse.axes),
      inputs: [.made(made)],
      outputs: [output],
      sources: node.sources
    )
    return edit
  }
}
