import LaminaCore
import LaminaOperators

extension MILNode {
  /// Sums, extremes and orders along axes.
  static let reductions: [MILRule] = [
    MILRule("reduce_l1_norm") { try reduce($0, .l1) },
    MILRule("reduce_l2_norm") { try reduce($0, .l2) },
    MILRule("reduce_log_sum") { try reduce($0, .logSum) },
    MILRule("reduce_log_sum_exp") { try reduce($0, .logSumExp) },
    MILRule("reduce_max") { try reduce($0, .max) },
    MILRule("reduce_mean") { try reduce($0, .mean) },
    MILRule("reduce_min") { try reduce($0, .min) },
    MILRule("reduce_prod") { try reduce($0, .prod) },
    MILRule("reduce_sum") { try reduce($0, .sum) },
    MILRule("reduce_sum_square") { try reduce($0, .sumSquare) },
    MILRule("reduce_argmax") { try argument($0, .max) },
    MILRule("reduce_argmin") { try argument($0, .min) },
    MILRule(
      "topk",
      outputs: { node in
        let isLargest = try !node.bool("ascending")
        let op = TopK(
          axis: try node.int("axis", default: -1),
          count: try node.int("k", default: 1),
          largest: isLargest,
          indexType: .int32
        )
        return try node.steps(op, [node.value("x")], count: 2)
      }
    ),
    MILRule("argsort") { node in
      let x = try node.value("x")
      let axis = try node.int("axis", default: -1)
      let shape = node.builder.shape(x)
      let positive = axis < 0 ? axis + shape.rank : axis
      guard shape.isKnown, shape.dims.indices.contains(positive) else {
        throw CoreMLUnsupported(reason: "sorting along an axis of unknown length")
      }
      let op = TopK(
        axis: positive,
        count: shape[positive],
        largest: try !node.bool("ascending"),
        indexType: .int32
      )
      return try node.steps(op, [x], count: 2)[1]
    },
    MILRule("cumsum") { node in
      let op = Cumulative(
        .sum,
        exclusive: try node.bool("exclusive"),
        reverse: try node.bool("reverse")
      )
      let axis = node.constant(Tensor(scalar: Int64(try node.int("axis", default: 0))))
      return try node.step(op, node.value("x"), axis)
    },
  ]

  private static func reduce(_ node: MILNode, _ function: Reduce.Function) throws -> ValueID {
    let op = Reduce(
      function,
      axes: try node.ints("axes"),
      keepsDimensions: try node.bool("keep_dims")
    )
    return try node.step(op, node.value("x"))
  }

  private static func argument(
    _ node: MILNode,
    _ function: ArgReduce.Function
  ) throws -> ValueID {
    let op = ArgReduce(
      function,
      axis: try node.int("axis", default: -1),
      keepsDimensions: try node.bool("keep_dims"),
      indexType: .int32
    )
    return try node.step(op, node.value("x"))
  }
}
