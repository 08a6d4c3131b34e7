import LaminaCore
import LaminaOperators

extension Caffe2GraphBuilder {
  /// Operators that keep one element of many.
  static let reductions: [Caffe2Rule] = [
    Caffe2Rule("ReduceL1") { try reduce($0, .l1) },
    Caffe2Rule("ReduceL2") { try reduce($0, .l2) },
    Caffe2Rule("ReduceMax") { try reduce($0, .max) },
    Caffe2Rule("ReduceMean") { try reduce($0, .mean) },
    Caffe2Rule("ReduceMin") { try reduce($0, .min) },
    Caffe2Rule("ReduceSum") { try reduce($0, .sum) },
    Caffe2Rule("ArgMax") { try argument($0, .max) },
    Caffe2Rule("ArgMin") { try argument($0, .min) },
    Caffe2Rule(
      "TopK",
      lowering: { node in
        let op = TopK(axis: try node.int("axis", default: -1), count: try node.int("k", default: 1))
        try node.emit(op, [node.input(0)], count: min(max(node.operation.outputs.count, 1), 2))
      }
    ),
  ]

  private static func reduce(
    _ node: Caffe2Node,
    _ function: Reduce.Function
  ) throws -> any Operator {
    Reduce(
      function,
      axes: try node.ints("axes"),
      keepsDimensions: try node.bool("keepdims", default: true)
    )
  }

  private static func argument(
    _ node: Caffe2Node,
    _ function: ArgReduce.Function
  ) throws -> any Operator {
    ArgReduce(
      function,
      axis: try node.int("axis", default: -1),
      keepsDimensions: try node.bool("keepdims", default: true)
    )
  }
}
