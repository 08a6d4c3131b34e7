import LaminaCore
import LaminaOperators

/// Lets a node apply the activation that follows it before it stores its result.
///
///     Relu(Conv(x))  →  Conv(x) with activation Relu
///
/// Applies when the node has no other reader and computes in float32; activations are Relu and
/// its kin, Clip with constant bounds, LeakyRelu, Sigmoid, Tanh, HardSwish and SiLU.
package struct FuseActivation: RewritePass {
  package static let name = "fuse-activation"
  package static let promise = Exactness.rounding
  package static let roots: [any Operator.Type] = [UnaryElementwise.self, Clip.self]

  package init() {}

  package func edit(at node: Node, in graph: Graph) -> GraphEdit? {
    guard node.activation == nil, let activation = activation(of: node, graph),
      let input = node.inputs[0], graph.readerCount(of: input) == 1,
      let producer = graph.producer(of: input), producer.activation == nil,
      producer.outputs.count == 1, Self.takesActivations(producer.op),
      graph[input].tensorType.dtype == .float32, !graph.isQuantized(producer),
      !graph.isQuantized(node)
    else { return nil }
    var edit = GraphEdit("let \(producer.name) apply \(node.name)")
    edit.remove(producer)
    edit.remove(node)
    edit.add(
      producer.name,
      producer.op,
      inputs: producer.inputs.map(GraphEdit.Input.existing),
      outputs: [node.outputs[0]],
      activation: activation,
      sources: producer.sources + node.sources
    )
    return edit
  }

  private static func takesActivations(_ op: any Operator) -> Bool {
    switch op {
    case is Conv, is ConvTranspose, is Gemm, is MatMul, is FullyConnected: true
    case let op as BinaryElementwise: [.add, .sub, .mul, .div].contains(op.function)
    default: false
    }
  }

  private func activation(of node: Node, _ graph: Graph) -> Activation? {
    if let op = node.op as? UnaryElementwise { return Activation(op.function) }
    guard let clip = node.op as? Clip else { return nil }
    func bound(_ attribute: Double?, _ input: Int, _ open: Float) -> Float? {
      if let attribute { return Float(attribute) }
      guard input < node.inputs.count, let id = node.inputs[input] else { return open }
      return (try? graph.constant(id)?.scalar()).map { Float($0) }
    }
    guard let low = bound(clip.low, 1, -.infinity), let high = bound(clip.high, 2, .infinity)
    else { return nil }
    return low == 0 && high == .infinity ? .relu : .clip(low: low, high: high)
  }
}
