import LaminaCore
import LaminaOperators

/// Recognises SiLU and hard-swish where a file spells them out.
///
///     x · Sigmoid(x)                        →  SiLU(x)
///     x · HardSigmoid(x, 1/6, 1/2)          →  HardSwish(x)
package struct FuseSilu: RewritePass {
  package static let name = "fuse-silu"
  package static let promise = Exactness.rounding
  package static let roots: [any Operator.Type] = [BinaryElementwise.self]
  package static let needs: [any Operator.Type] = [UnaryElementwise.self]

  package init() {}

  package func edit(at node: Node, in graph: Graph) -> GraphEdit? {
    guard let op = node.op as? BinaryElementwise, op.function == .mul, node.inputs.count == 2,
      node.activation == nil, !graph.isQuantized(node)
    else { return nil }
    for (data, gate) in [(0, 1), (1, 0)] {
      guard let factor = graph.onlyProducer(of: node.inputs[gate], as: UnaryElementwise.self),
        factor.node.activation == nil, factor.node.inputs[0] == node.inputs[data],
        let function = function(gatedBy: factor.op.function)
      else { continue }
      var edit = GraphEdit("join \(factor.node.name) and \(node.name)")
      edit.remove(factor.node)
      edit.replace(
        node,
        with: UnaryElementwise(function),
        inputs: [.existing(node.inputs[data])],
        absorbing: [factor.node]
      )
      return edit
    }
    return nil
  }

  private func function(
    gatedBy gate: UnaryElementwise.Function
  ) -> UnaryElementwise.Function? {
    switch gate {
    case .sigmoid: .swish(alpha: 1)
    case .hardSigmoid(let alpha, let beta) where abs(alpha - 1 / 6.0) < 1e-6 && beta == 0.5:
      .hardSwish
    default: nil
    }
  }
}
