import LaminaCore
import LaminaOperators

extension TFLiteImporter {
  /// Operators that make one element of many; axes are the second input.
  static let reductions: [TFLiteRule] = [
    reduce("SUM", .sum), reduce("MEAN", .mean), reduce("REDUCE_PROD", .prod),
    reduce("REDUCE_MAX", .max), reduce("REDUCE_MIN", .min),
    reduce("REDUCE_ANY", .any), reduce("REDUCE_ALL", .all),
    TFLiteRule("ARG_MAX") { node in try argReduce(node, .max) },
    TFLiteRule("ARG_MIN") { node in try argReduce(node, .min) },
    TFLiteRule("TOPK_V2") { node in TopK(indexType: try node.indexType(of: 1)) },
    TFLiteRule("CUMSUM") { node in
      Cumulative(.sum, exclusive: try node.bool(0), reverse: try node.bool(1))
    },
    TFLiteRule("SEGMENT_SUM") { _ in SegmentSum() },
    TFLiteRule("UNSORTED_SEGMENT_SUM") { _ in UnsortedSegment(.sum) },
    TFLiteRule("UNSORTED_SEGMENT_PROD") { _ in UnsortedSegment(.prod) },
    TFLiteRule("UNSORTED_SEGMENT_MAX") { _ in UnsortedSegment(.max) },
    TFLiteRule("UNSORTED_SEGMENT_MIN") { _ in UnsortedSegment(.min) },
  ]

  /// Normalizations along the channels.
  static let normalizations: [TFLiteRule] = [
    TFLiteRule("L2_NORMALIZATION") { node in
      try node.fuseActivation(0)
      return LpNormalization(axis: -1, power: 2, floor: 1e-6)
    },
    TFLiteRule("LOCAL_RESPONSE_NORMALIZATION", localResponseNormalization),
  ]

  private static func reduce(_ name: String, _ function: Reduce.Function) -> TFLiteRule {
    TFLiteRule(name) { node in
      try node.requireInputs(2...2)
      return Reduce(
        function,
        axes: nil,
        keepsDimensions: try node.bool(0),
        emptyAxesReduceNothing: true
      )
    }
  }

  private static func argReduce(
    _ node: TFLiteNode,
    _ function: ArgReduce.Function
  ) throws -> any Operator {
    try node.requireInputs(2...2)
    return ArgReduce(
      function,
      axis: nil,
      keepsDimensions: false,
      indexType: try node.indexType(of: 0)
    )
  }

  /// The file divides by alpha times the sum; the operator's alpha is for the mean of the window.
  @Sendable private static func localResponseNormalization(
    _ node: TFLiteNode
  ) throws -> any Operator {
    let radius = try node.int(0)
    guard (0..<(1 << 20)).contains(radius) else { throw node.invalid("a radius", "\(radius)") }
    let size = 2 * radius + 1
    return LRN(
      size: size,
      alpha: try node.float(2) * Float(size),
      beta: try node.float(3),
      bias: try node.float(1),
      layout: .channelsLast
    )
  }
}

extension TFLiteNode {
  /// The type of the output at `position`, which holds indices.
  func indexType(of position: Int) throws -> DataType {
    let dtype = try outputType(position)
    guard dtype.isInteger else { throw invalid("whole numbers for indices", dtype.name) }
    return dtype
  }
}
