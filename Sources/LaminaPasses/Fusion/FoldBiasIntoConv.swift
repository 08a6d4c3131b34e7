import LaminaCore
import LaminaOperators

/// Folds a sum with one number a channel into the convolution before it.
///
///     Conv(x, w, b) + s  →  Conv(x, w, b + s)      (difference likewise)
///
/// Applies when the convolution has no other reader and all of them are constants.
package struct FoldBiasIntoConv: RewritePass {
  package static let name = "fold-bias"
  package static let promise = Exactness.rounding
  package static let roots: [any Operator.Type] = [BinaryElementwise.self]
  package static let needs: [any Operator.Type] = FoldableConvolution.operators

  package init() {}

  package func edit(at node: Node, in graph: Graph) throws -> GraphEdit? {
    guard let op = node.op as? BinaryElementwise, [.add, .sub].contains(op.function),
      node.inputs.count == 2
    else { return nil }
    for (data, constant) in [(0, 1), (1, 0)] where data == 0 || op.function == .add {
      guard let conv = FoldableConvolution(writing: node.inputs[data], in: graph),
        let terms = graph.channelConstant(
          node.inputs[constant],
          axis: conv.channelAxis,
          rank: conv.rank,
          count: conv.channelCount
        )
      else { continue }
      return try conv.edit(
        "fold \(node.name) into \(conv.node.name)",
        replacing: node,
        scale: [Float](repeating: 1, count: conv.channelCount),
        shift: op.function == .add ? terms : terms.map { -$0 }
      )
    }
    return nil
  }
}
