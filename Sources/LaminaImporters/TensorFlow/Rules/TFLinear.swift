import LaminaCore
import LaminaOperators

extension TFImporter {
  /// Matrix products.
  static let linear: [TFRule] = [
    TFRule("MatMul") { node in matMul(node) },
    TFRule(
      "_FusedMatMul",
      lowering: { node in
        try fused(node) { bias in
          try node.emit(matMul(node), [try node.value(0), try node.value(1)])
          guard let bias, let product = node.results.first?.id else { return }
          node.results = [
            .value(try node.add(BinaryElementwise(.add), [product, bias], "bias"))
          ]
        }
      }
    ),
    TFRule("BatchMatMul") { node in batchMatMul(node) },
    TFRule("BatchMatMulV2") { node in batchMatMul(node) },
    TFRule("BatchMatMulV3") { node in batchMatMul(node) },
    TFRule("Einsum") { node in Einsum(equation: node.string("equation", default: "")) },
  ]

  private static func matMul(_ node: TFNode) -> MatMul {
    MatMul(transposesA: node.bool("transpose_a"), transposesB: node.bool("transpose_b"))
  }

  private static func batchMatMul(_ node: TFNode) -> MatMul {
    MatMul(transposesA: node.bool("adj_x"), transposesB: node.bool("adj_y"))
  }

  /// Operators that make one element of many; axes are the second input.
  static let reductions: [TFRule] = [
    reduce("Sum", .sum), reduce("Mean", .mean), reduce("Prod", .prod), reduce("Max", .max),
    reduce("Min", .min), reduce("Any", .any), reduce("All", .all),
    reduce("EuclideanNorm", .l2),
    TFRule("ArgMax") { node in try argReduce(node, .max) },
    TFRule("ArgMin") { node in try argReduce(node, .min) },
    TFRule(
      "TopK",
      lowering: { node in
        let op = TopK(count: node.int("k", default: 1), indexType: .int32)
        try node.emit(op, count: 2)
      }
    ),
    TFRule(
      "TopKV2",
      lowering: { node in
        try node.emit(TopK(indexType: try node.dtype("index_type", default: .int32)), count: 2)
      }
    ),
    cumulative("Cumsum", .sum), cumulative("Cumprod", .product),
    TFRule("SegmentSum") { _ in SegmentSum() },
    TFRule("UnsortedSegmentSum") { _ in UnsortedSegment(.sum) },
    TFRule("UnsortedSegmentProd") { _ in UnsortedSegment(.prod) },
    TFRule("UnsortedSegmentMax") { _ in UnsortedSegment(.max) },
    TFRule("UnsortedSegmentMin") { _ in UnsortedSegment(.min) },
  ]

  private static func reduce(_ name: String, _ function: Reduce.Function) -> TFRule {
    TFRule(name) { node in
      try node.requireInputs(2...2)
      return Reduce(
        function,
        axes: nil,
        keepsDimensions: node.bool("keep_dims"),
        emptyAxesReduceNothing: true
      )
    }
  }

  private static func argReduce(
    _ node: TFNode,
    _ function: ArgReduce.Function
  ) throws -> any Operator {
    try node.requireInputs(2...2)
    return ArgReduce(
      function,
      axis: nil,
      keepsDimensions: false,
      indexType: try node.dtype("output_type", default: .int64)
    )
  }

  private static func cumulative(_ name: String, _ function: Cumulative.Function) -> TFRule {
    TFRule(name) { node in
      Cumulative(function, exclusive: node.bool("exclusive"), reverse: node.bool("reverse"))
    }
  }
}
