import LaminaCore
import LaminaOperators

/// Joins a matrix product with the constant row that is added to it.
///
///     MatMul(a, b) + c  →  Gemm(a, b, c)
///
/// Applies to matrices of rank 2 when the product has no other reader and `c` is one row.
package struct FuseMatMulBias: RewritePass {
  package static let name = "fuse-matmul-bias"
  package static let promise = Exactness.rounding

  package init() {}

  package func edit(at node: Node, in graph: Graph) throws -> GraphEdit? {
    guard let op = node.op as? BinaryElementwise, op.function == .add, node.inputs.count == 2,
      !graph.isQuantized(node)
    else { return nil }
    for (data, row) in [(0, 1), (1, 0)] {
      guard let product = graph.onlyProducer(of: node.inputs[data], as: MatMul.self),
        product.node.activation == nil, product.op.alpha == 1,
        let bias = graph.constant(node.inputs[row]),
        let shapes = matrixShapes(product.node, graph),
        bias.count == shapes.columns, bias.shape.dims.last == shapes.columns,
        bias.shape.rank <= 2
      else { continue }
      var edit = GraphEdit("join \(product.node.name) and \(node.name)")
      edit.remove(product.node)
      edit.replace(
        node,
        with: Gemm(
          transposesA: product.op.transposesA,
          transposesB: product.op.transposesB
        ),
        inputs: [
          .existing(product.node.inputs[0]), .existing(product.node.inputs[1]),
          .constant(try bias.reshaped(to: [bias.count])),
        ],
        absorbing: [product.node]
      )
      return edit
    }
    return nil
  }

  private func matrixShapes(_ node: Node, _ graph: Graph) -> (rank: Int, columns: Int)? {
    let types = graph.inputTypes(of: node).present
    guard types.count == 2, types.allSatisfy({ $0.shape.rank == 2 && $0.dtype == .float32 }),
      let output = graph.outputTypes(of: node).first ?? nil, output.shape.rank == 2,
      output.shape[1] > 0
    else { return nil }
    return (2, output.shape[1])
  }
}
