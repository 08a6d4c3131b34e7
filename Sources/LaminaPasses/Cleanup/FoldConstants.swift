import LaminaCore
import LaminaOperators

/// Computes before the run what depends on constants or shapes alone.
///
///     Op(constants…)  →  constant
///
/// Random operators, control flow and results that would be much larger than what they are made
/// of are left alone.
package struct FoldConstants: RewritePass {
  package static let name = "fold-constants"
  package static let promise = Exactness.exact

  /// Elements that a folded result may have beyond twice those of its inputs.
  private static let slack = 1 << 16

  /// Whether codes are left to be codes, for passes that look for them.
  private let keepsQuantization: Bool

  package init(keepsQuantization: Bool = false) { self.keepsQuantization = keepsQuantization }

  package func edit(at node: Node, in graph: Graph) throws -> GraphEdit? {
    if keepsQuantization, node.op is DequantizeLinear || node.op is Requantize { return nil }
    guard !node.op.isNondeterministic, node.op.asControlFlow == nil,
      node.op.asValueOperator == nil, !(node.op is UnsupportedOperator), !node.outputs.isEmpty,
      let results = knownOutputs(node, graph) ?? evaluated(node, graph)
    else { return nil }
    var edit = GraphEdit("compute \(node.name) ahead")
    edit.remove(node)
    for (id, result) in zip(node.outputs, results) {
      guard let id else { continue }
      edit.redirect(id, to: .constant(result))
    }
    return edit
  }

  /// What type inference worked out already.
  private func knownOutputs(_ node: Node, _ graph: Graph) -> [Tensor]? {
    guard node.outputs.allSatisfy({ id in id.map { graph[$0].hasContents } ?? true }) else {
      return nil
    }
    let known = graph.outputTypes(of: node).map { $0?.contents }
    guard node.outputs.contains(where: { $0 != nil }) else { return nil }
    return known.map { $0 ?? Tensor([0], [Float]()) }
  }

  private func evaluated(_ node: Node, _ graph: Graph) -> [Tensor]? {
    guard !node.inputs.isEmpty,
      node.inputs.allSatisfy({ id in id.map { graph[$0].constant != nil } ?? true })
    else { return nil }
    let inputs = node.inputs.map { $0.flatMap { graph.constant($0) } }
    let size = inputs.reduce(0) { $0 + ($1?.count ?? 0) }
    for type in graph.outputTypes(of: node).compactMap({ $0 }) {
      guard let count = type.shape.elementCount, count <= 2 * size + Self.slack else { return nil }
    }
    return try? graph.evaluate(node, TensorInputs(inputs))
  }
}
