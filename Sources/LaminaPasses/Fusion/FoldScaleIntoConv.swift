import LaminaCore
import LaminaOperators

/// Folds a product with one number a channel into the convolution before it.
///
///     Conv(x, w, b) · s  →  Conv(x, w · s, b · s)      (division likewise)
///
/// Applies when the convolution has no other reader and all of them are constants.
package struct FoldScaleIntoConv: RewritePass {
  package static let name = "fold-scale"
  package static let promise = Exactness.rounding
  package static let roots: [any Operator.Type] = [BinaryElementwise.self]
  package static let needs: [any Operator.Type] = FoldableConvolution.operators

  package init() {}

  package func edit(at node: Node, in graph: Graph) throws -> GraphEdit? {
    guard let op = node.op as? BinaryElementwise, [.mul, .div].contains(op.function),
      node.inputs.count == 2
    else { return nil }
    for (data, constant) in [(0, 1), (1, 0)] where data == 0 || op.function == .mul {
      guard let conv = FoldableConvolution(writing: node.inputs[data], in: graph),
        let factors = graph.channelConstant(
          node.inputs[constant],
          axis: conv.channelAxis,
          rank: conv.rank,
          count: conv.channelCount
        )
      else { continue }
      return try conv.edit(
        "fold \(node.name) into \(conv.node.name)",
        replacing: node,
        scale: op.function == .mul ? factors : factors.map { 1 / $0 },
        shift: [Float](repeating: 0, count: conv.channelCount)
      )
    }
    return nil
  }
}
