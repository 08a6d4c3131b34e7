import LaminaCore
import LaminaOperators

extension TFLiteImporter {
  /// Operators of StableHLO that TensorFlow Lite runs as they are, and their kin.
  static let stableHLO: [TFLiteRule] = [
    TFLiteRule("STABLEHLO_GATHER") { node in
      GatherWindows(
        offsetAxes: try node.longs(0),
        collapsed: try node.longs(1),
        startMap: try node.longs(2),
        tupleAxis: try node.long(3),
        windowSizes: try node.longs(4)
      )
    },
    TFLiteRule("STABLEHLO_SCATTER", scatter),
    TFLiteRule("STABLEHLO_PAD") { node in
      Dilate(
        steps: try node.longs(2).map { $0 &+ 1 },
        low: try node.longs(0),
        high: try node.longs(1)
      )
    },
    TFLiteRule("DILATE") { node in
      try node.requireInputs(3...3)
      node.inputs.swapAt(1, 2)
      return Dilate()
    },
    TFLiteRule("REDUCE_WINDOW") { node in
      try node.requireInputs(5...5)
      let functions: [ReduceWindow.Function] = [.sum, .product, .min, .max, .all, .any]
      let number = try node.int(0) - 1
      guard functions.indices.contains(number) else {
        throw TFLiteUnsupported(reason: "function \(number + 1)")
      }
      return ReduceWindow(functions[number])
    },
    TFLiteRule("STABLEHLO_REDUCE_WINDOW", reduceWindow),
    TFLiteRule("STABLEHLO_RNG_BIT_GENERATOR") { node in
      RandomBits(
        try node.byte(0) == 2 ? .threefry : .philox,
        dtype: try node.outputType(1),
        lengths: try node.outputLengths(1)
      )
    },
  ]

  @Sendable private static func scatter(_ node: TFLiteNode) throws -> any Operator {
    try node.requireInputs(3...3)
    let reductions: [BinaryElementwise.Function: ScatterReduction] = [
      .add: .add, .mul: .mul, .max: .max, .min: .min,
    ]
    let function = try node.combination(6)
    guard let reduction = function.map({ reductions[$0] }) ?? ScatterReduction.none else {
      throw TFLiteUnsupported(reason: "a combination by another function")
    }
    return ScatterWindows(
      reduction: reduction,
      windowAxes: try node.longs(1),
      inserted: try node.longs(2),
      startMap: try node.longs(3),
      tupleAxis: try node.long(4)
    )
  }

  /// Spreads and pads the input first.
  @Sendable private static func reduceWindow(_ node: TFLiteNode) throws -> any Operator {
    try node.requireInputs(2...2)
    let functions: [BinaryElementwise.Function: ReduceWindow.Function] = [
      .add: .sum, .mul: .product, .max: .max, .min: .min, .and: .all, .or: .any,
      .bitwiseAnd: .all,
    ]
    guard let combination = try node.combination(5), let function = functions[combination] else {
      throw TFLiteUnsupported(reason: "windows combined by another function")
    }
    let rank = try node.longs(0).count
    func numbers(_ field: Int, default fallback: Int = 1) throws -> [Int] {
      let given = try node.longs(field)
      return given.isEmpty ? [Int](repeating: fallback, count: rank) : given
    }
    let padding = try node.longs(4)
    guard padding.isEmpty || padding.count == 2 * rank else {
      throw node.invalid("\(rank) pairs of padding", "\(padding.count) numbers")
    }
    let pairs = padding.isEmpty ? [Int](repeating: 0, count: 2 * rank) : padding
    let spread = Dilate(
      steps: try numbers(2),
      low: (0..<rank).map { pairs[2 * $0] },
      high: (0..<rank).map { pairs[2 * $0 + 1] }
    )
    node.inputs[0] = node.emit(spread, node.inputs, "spread")
    return ReduceWindow(
      function,
      window: ReduceWindow.Sizes(
        size: try numbers(0),
        strides: try numbers(1),
        dilations: try numbers(3)
      )
    )
  }
}

extension TFLiteNode {
  /// What the graph in the option `field` does to its two inputs; `nil` when it gives the second.
  fileprivate func combination(_ field: Int) throws -> BinaryElementwise.Function? {
    let graph = try builder.library.graph(int(field), from: place)
    guard graph.inputs.count == 2, graph.outputs.count == 1 else {
      throw invalid("a graph of two inputs and an output", graph.name)
    }
    if graph.outputs[0] == graph.inputs[1] { return nil }
    let inputs = Set(graph.inputs)
    guard graph.nodes.count == 1, let op = graph.nodes[0].op as? BinaryElementwise,
      Set(graph.nodes[0].inputs.compactMap { $0 }) == inputs
    else { throw TFLiteUnsupported(reason: "a combination of several steps") }
    return op.function
  }

  /// The lengths that the file gives the output at `position`.
  fileprivate func outputLengths(_ position: Int) throws -> [Int] {
    guard position < outputs.count, let id = outputs[position] else {
      throw invalid("an output \(position)", "none")
    }
    return builder.graph[id].tensorType.shape.dims
  }
}
