import LaminaCore
import LaminaOperators

/// Recognises GELU where a file spells it out.
///
///     x · (1 + Erf(x / √2)) · 1/2  →  GELU(x)
///
/// The factors may stand in any order, and the quotient may be a product with 1/√2.
package struct FuseGelu: RewritePass {
  package static let name = "fuse-gelu"
  package static let promise = Exactness.rounding
  package static let roots: [any Operator.Type] = [BinaryElementwise.self]
  package static let needs: [any Operator.Type] = [UnaryElementwise.self]

  package init() {}

  package func edit(at node: Node, in graph: Graph) -> GraphEdit? {
    guard let product = Product(node, graph), abs(product.factor - 0.5) < 1e-6,
      product.values.count == 2
    else { return nil }
    for (x, gate) in [(0, 1), (1, 0)] {
      guard let nodes = self.gate(product.values[gate], of: product.values[x], graph) else {
        continue
      }
      let inner = product.inner + nodes
      var edit = GraphEdit("join \(inner.map(\.name).joined(separator: ", ")) and \(node.name)")
      for node in inner { edit.remove(node) }
      edit.replace(
        node,
        with: UnaryElementwise(.gelu),
        inputs: [.existing(product.values[x])],
        absorbing: inner
      )
      return edit
    }
    return nil
  }

  /// The nodes that compute 1 + Erf(x / √2), when that is what a value is.
  private func gate(_ value: ValueID, of x: ValueID, _ graph: Graph) -> [Node]? {
    guard let sum = graph.onlyProducer(of: value, as: BinaryElementwise.self),
      sum.op.function == .add, sum.node.activation == nil,
      let (erfValue, one) = graph.scalarOperand(of: sum.node), one == 1,
      let erf = graph.onlyProducer(of: erfValue, as: UnaryElementwise.self),
      case .erf = erf.op.function, erf.node.activation == nil,
      let scaled = graph.onlyProducer(of: erf.node.inputs[0], as: BinaryElementwise.self),
      scaled.node.activation == nil, let (data, scale) = graph.scalarOperand(of: scaled.node),
      data == x
    else { return nil }
    let root = 2.0.squareRoot()
    switch scaled.op.function {
    case .mul where abs(scale - 1 / root) < 1e-6: break
    case .div where abs(scale - root) < 1e-6 && scaled.node.inputs[0] == x: break
    default: return nil
    }
    return [scaled.node, erf.node, sum.node]
  }

  /// A product of products that nobody else reads: one number times some values.
  private struct Product {
    var factor = 1.0
    var values: [ValueID] = []
    var inner: [Node] = []

    init?(_ node: Node, _ graph: Graph) {
      guard let op = node.op as? BinaryElementwise, op.function == .mul, node.activation == nil,
        !graph.isQuantized(node)
      else { return nil }
      for case let input? in node.inputs {
        if let number = graph.scalar(input) {
          factor *= number
        } else if let own = graph.onlyProducer(of: input, as: BinaryElementwise.self),
          let product = Product(own.node, graph)
        {
          factor *= product.factor
          values += product.values
          inner += product.inner + [own.node]
        } else {
          values.append(input)
        }
      }
    }
  }
}

extension Graph {
  /// The number that a constant of one element is.
  func scalar(_ id: ValueID?) -> Double? {
    guard let tensor = constant(id), tensor.count == 1, tensor.quantization == nil else {
      return nil
    }
    return try? tensor.scalar()
  }

  /// The operand that is a constant of one number, and the other one.
  fileprivate func scalarOperand(of node: Node) -> (other: ValueID, number: Double)? {
    guard node.inputs.count == 2 else { return nil }
    for (constant, other) in [(1, 0), (0, 1)] {
      if let number = scalar(node.inputs[constant]), let id = node.inputs[other] {
        return (id, number)
      }
    }
    return nil
  }
}
