import LaminaCore
import LaminaOperators

extension ONNXImporter {
  /// Sums, extremes and orders along axes.
  static let reductions: [Rule] =
    reduceFunctions.flatMap { name, function, inputSince in
      [
        Rule(name, since: inputSince) { node in
          Reduce(
            function,
            axes: nil,
            keepsDimensions: try node.bool("keepdims", default: true),
            emptyAxesReduceNothing: try node.bool("noop_with_empty_axes", default: false)
          )
        },
        Rule(name) { node in
          Reduce(
            function,
            axes: try node.ints("axes"),
            keepsDimensions: try node.bool("keepdims", default: true)
          )
        },
      ]
    } + [
      Rule("ArgMax") { node in try argReduce(.max, node) },
      Rule("ArgMin") { node in try argReduce(.min, node) },
      Rule("TopK", since: 10) { node in
        TopK(
          axis: try node.int("axis", default: -1),
          largest: try node.bool("largest", default: true),
          sorted: try node.bool("sorted", default: true)
        )
      },
      Rule("TopK") { node in
        TopK(axis: try node.int("axis", default: -1), count: try node.requiredInt("k"))
      },
      Rule("CumSum") { node in try cumulative(.sum, node) },
      Rule("CumProd") { node in try cumulative(.product, node) },
    ]

  /// Names, functions, and the opset from which `axes` is an input.
  private static let reduceFunctions: [(String, Reduce.Function, Int)] = [
    ("ReduceSum", .sum, 13), ("ReduceMean", .mean, 18), ("ReduceMax", .max, 18),
    ("ReduceMin", .min, 18), ("ReduceProd", .prod, 18), ("ReduceL1", .l1, 18),
    ("ReduceL2", .l2, 18), ("ReduceLogSum", .logSum, 18), ("ReduceLogSumExp", .logSumExp, 18),
    ("ReduceSumSquare", .sumSquare, 18),
  ]

  private static func argReduce(
    _ function: ArgReduce.Function,
    _ node: ONNXNode
  ) throws -> ArgReduce {
    ArgReduce(
      function,
      axis: try node.int("axis", default: 0),
      keepsDimensions: try node.bool("keepdims", default: true),
      selectsLast: try node.bool("select_last_index", default: false)
    )
  }

  private static func cumulative(
    _ function: Cumulative.Function,
    _ node: ONNXNode
  ) throws -> Cumulative {
    Cumulative(
      function,
      exclusive: try node.bool("exclusive", default: false),
      reverse: try node.bool("reverse", default: false)
    )
  }
}
