import LaminaCore
import LaminaOperators

/// Lets codes keep their meaning through operators that only move or select them.
///
///     Op(Detach(x))  →  Detach(Op(x))          for movement and MaxPool
///     Attach(Detach(x))  →  x                  when the quantization is the same
package struct MoveQuantizedElements: RewritePass {
  package static let name = "move-quantized-elements"
  package static let promise = Exactness.exact
  package static let needs: [any Operator.Type] = [
    AttachQuantization.self, DetachQuantization.self,
  ]

  package init() {}

  package func edit(at node: Node, in graph: Graph) -> GraphEdit? {
    if node.op is AttachQuantization { return cancel(node, graph) }
    guard node.op.movesElements || node.op is MaxPool, !(node.op is DetachQuantization),
      node.activation == nil, let quantization = commonQuantization(node, graph)
    else { return nil }
    var edit = GraphEdit("let \(node.name) keep the scale of its codes")
    edit.remove(node)
    let inputs = node.inputs.map { id in
      GraphEdit.Input.existing(
        graph.producer(of: id, as: DetachQuantization.self)?.node.inputs[0] ?? id
      )
    }
    let made = edit.add(
      node.name,
      node.op,
      inputs: inputs,
      outputs: [ValueID?](repeating: nil, count: node.outputs.count),
      outputTypes: node.outputs.map { id in
        id.map { id in
          var type = graph[id].tensorType
          type.quantization = quantization
          type.contents = nil
          return type
        }
      },
      sources: node.sources
    )
    for (position, id) in node.outputs.enumerated() {
      guard let id else { continue }
      edit.add(
        "\(node.name)/codes",
        DetachQuantization(),
        inputs: [.made(made, output: position)],
        outputs: [id],
        sources: node.sources
      )
    }
    return edit
  }

  private func cancel(_ node: Node, _ graph: Graph) -> GraphEdit? {
    guard let output = node.outputs[0],
      let detach = graph.producer(of: node.inputs[0], as: DetachQuantization.self),
      let source = detach.node.inputs[0],
      graph[source].tensorType.quantization == graph[output].tensorType.quantization
    else { return nil }
    var edit = GraphEdit("let the reader of \(graph[output].name) read \(graph[source].name)")
    edit.remove(node)
    edit.redirect(output, to: .existing(source))
    return edit
  }

  /// The quantization that all inputs of codes had, when they have one in common.
  private func commonQuantization(_ node: Node, _ graph: Graph) -> Quantization? {
    var common: Quantization?
    for id in node.inputs {
      guard let id, graph[id].constant == nil else { continue }
      guard let detach = graph.producer(of: id, as: DetachQuantization.self),
        let source = detach.node.inputs[0],
        let own = graph[source].tensorType.quantization, own.isPerTensor,
        common == nil || own == common
      else { return nil }
      common = own
    }
    return common
  }
}
