import LaminaCore
import LaminaOperators

/// Joins a matrix product with the constant row that is added to it.
///
///     MatMul(a, b) + c  →  Gemm(a, b, c)        where `a` and `b` are matrices
///     MatMul(a, b) + c  →  MatMul(a, b, c)      where `a` is a stack, `b` a constant matrix
///
/// Applies when the product has no other reader and `c` is one row.
package struct FuseMatMulBias: RewritePass {
  package static let name = "fuse-matmul-bias"
  package static let promise = Exactness.rounding
  package static let roots: [any Operator.Type] = [BinaryElementwise.self]
  package static let needs: [any Operator.Type] = [MatMul.self]

  package init() {}

  package func edit(at node: Node, in graph: Graph) throws -> GraphEdit? {
    guard let op = node.op as? BinaryElementwise, op.function == .add, node.inputs.count == 2,
      !graph.isQuantized(node)
    else { return nil }
    for (data, row) in [(0, 1), (1, 0)] {
      guard let product = graph.onlyProducer(of: node.inputs[data], as: MatMul.self),
        product.node.activation == nil, product.op.alpha == 1,
        product.node.inputs.count == 2, let bias = graph.constant(node.inputs[row]),
        let form = form(product, graph),
        bias.count == form.columns, bias.shape.dims.last == form.columns,
        bias.shape.rank <= form.rank
      else { continue }
      var edit = GraphEdit("join \(product.node.name) and \(node.name)")
      edit.remove(product.node)
      edit.replace(
        node,
        with: form.op,
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

  /// What the product becomes, and the rank and columns of its result.
  private func form(
    _ product: (node: Node, op: MatMul),
    _ graph: Graph
  ) -> (op: any Operator, rank: Int, columns: Int)? {
    let types = graph.inputTypes(of: product.node).present
    guard types.count == 2, types.allSatisfy({ $0.dtype == .float32 }), types[1].shape.rank == 2,
      let shape = graph.outputTypes(of: product.node).first??.shape,
      shape.rank == types[0].shape.rank, let columns = shape.dims.last, columns > 0
    else { return nil }
    let (transposesA, transposesB) = (product.op.transposesA, product.op.transposesB)
    if shape.rank == 2 {
      return (Gemm(transposesA: transposesA, transposesB: transposesB), 2, columns)
    }
    let isConstant = graph.constant(product.node.inputs[1]) != nil
    return isConstant && !transposesA ? (product.op, shape.rank, columns) : nil
  }
}
