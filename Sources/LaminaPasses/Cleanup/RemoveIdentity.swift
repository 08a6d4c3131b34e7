import LaminaCore
import LaminaOperators

/// Removes a node that gives back its first input.
///
///     Identity(x), Dropout(x), Cast to the same type, Reshape to the same shape, …  →  x
///
/// A node that writes an output of the graph from an input of the graph stays.
package struct RemoveIdentity: RewritePass {
  package static let name = "remove-identity"
  package static let promise = Exactness.exact
  package static let roots: [any Operator.Type] = [
    Identity.self, Cast.self, Requantize.self, Dropout.self, Reshape.self, Flatten.self,
    Squeeze.self, Unsqueeze.self, Expand.self, Transpose.self, Concat.self,
  ]

  package init() {}

  package func edit(at node: Node, in graph: Graph) -> GraphEdit? {
    guard node.activation == nil, let input = node.inputs.first ?? nil,
      let output = node.outputs.first ?? nil,
      node.outputs.dropFirst().allSatisfy({ graph.readerCount(of: $0) == 0 }),
      !(graph.outputs.contains(output) && graph.inputs.contains(input)),
      let before = graph[input].type.tensor, let after = graph[output].type.tensor,
      isIdentity(node, from: before, to: after)
    else { return nil }
    var edit = GraphEdit("drop \(node.name), which changes nothing")
    edit.remove(node)
    edit.redirect(output, to: .existing(input))
    return edit
  }

  private func isIdentity(_ node: Node, from input: TensorType, to output: TensorType) -> Bool {
    guard input.dtype == output.dtype, input.quantization == output.quantization else {
      return false
    }
    switch node.op {
    case is Identity, is Cast, is Requantize: return true
    case let dropout as Dropout:
      return !dropout.isTraining && node.inputs.dropFirst(2).allSatisfy { $0 == nil }
    case is Reshape, is Flatten, is Squeeze, is Unsqueeze, is Expand:
      return input.shape.isKnown && input.shape == output.shape
    case let transpose as Transpose:
      guard let permutation = transpose.permutation else {
        return input.shape.isRanked && input.shape.rank < 2
      }
      return permutation == Array(permutation.indices)
    case is Concat: return node.inputs.count == 1
    default: return false
    }
  }
}
