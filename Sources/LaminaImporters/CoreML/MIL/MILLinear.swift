import LaminaCore
import LaminaOperators

extension MILNode {
  /// Products of matrices.
  static let linear: [MILRule] = [
    MILRule("linear") { node in
      let x = try node.value("x")
      let isVector = try node.rank(x) == 1
      let rows = isVector ? try node.step(Unsqueeze(axes: [0]), x) : x
      let op = FullyConnected(keepsDimensions: true)
      let y = try node.step(op, rows, node.value("weight"), node.optional("bias"))
      return isVector ? try node.step(Squeeze(axes: [0]), y) : y
    },
    MILRule("matmul") { node in
      let op = MatMul(
        transposesA: try node.bool("transpose_x"),
        transposesB: try node.bool("transpose_y")
      )
      return try node.step(op, node.value("x"), node.value("y"))
    },
    MILRule("einsum") { node in
      let op = Einsum(equation: node.string("equation", default: ""))
      return try node.steps(op, node.values("values"), count: 1)[0]
    },
    MILRule("scaled_dot_product_attention") { node in
      let (query, key) = (try node.value("query"), try node.value("key"))
      guard let width = node.builder.shape(query).dims.last, width > 0 else {
        throw CoreMLUnsupported(reason: "queries of unknown width")
      }
      let scale = 1 / Double(width).squareRoot()
      let scaled = try node.binary(.mul, query, node.scalar(scale, like: query))
      var scores = try node.step(MatMul(transposesB: true), scaled, key)
      if let mask = try node.optional("attn_mask") {
        if node.builder.type(mask).dtype == .bool {
          let never = try node.scalar(-.infinity, like: scores)
          scores = try node.step(Where(), mask, scores, never)
        } else {
          scores = try node.binary(.add, scores, mask)
        }
      }
      let shares = try node.step(Softmax(axis: -1), scores)
      return try node.step(MatMul(), shares, node.value("value"))
    },
  ]
}
