import LaminaCore
import LaminaOperators

/// Replaces a transpose that only moves axes of length 1 by a reshape, which costs nothing.
///
///     Transpose(x of N×1×1×C, to N×C×1×1)  →  Reshape(x)
package struct TransposeToReshape: RewritePass {
  package static let name = "transpose-to-reshape"
  package static let promise = Exactness.exact
  package static let roots: [any Operator.Type] = [Transpose.self]

  package init() {}

  package func edit(at node: Node, in graph: Graph) -> GraphEdit? {
    guard let permutation = Permutation(node, graph), let input = node.inputs[0],
      graph[input].tensorType.shape.isKnown
    else { return nil }
    let shape = graph[input].tensorType.shape
    let moved = permutation.axes.filter { shape[$0] != 1 }
    guard moved == moved.sorted() else { return nil }
    var edit = GraphEdit("\(node.name) moves no element")
    edit.replace(
      node,
      with: Reshape(shape: permutation.apply(shape.dims), zeroIsLength: true),
      inputs: [.existing(input)]
    )
    return edit
  }
}
