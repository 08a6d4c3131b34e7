import LaminaCore
import LaminaOperators

extension CaffeGraphBuilder {
  /// Layers that keep one element of many.
  static let reductions: [CaffeRule] = [
    CaffeRule("Reduction", lowering: reduction),
    CaffeRule("ArgMax", lowering: argMax),
  ]

  /// All axes from the given one on go away.
  @Sendable private static func reduction(_ layer: CaffeLayer) throws {
    let parameter = layer.parameter.reductionParam
    let functions: [CaffeReductionParameter.ReductionOp: Reduce.Function] = [
      .sum: .sum, .asum: .l1, .sumsq: .sumSquare, .mean: .mean,
    ]
    let axes = Array(try layer.axis(parameter.axis)..<layer.rank())
    let op = Reduce(functions[parameter.operation] ?? .sum, axes: axes, keepsDimensions: false)
    guard parameter.coeff != 1 else { return try layer.emit(op, inputs: [layer.bottom]) }
    let result = try layer.step(op, [layer.bottom], "result")
    let scale = UnaryElementwise(.affine(alpha: Double(parameter.coeff), beta: 0))
    try layer.emit(scale, inputs: [result])
  }

  /// Places, or values, of the largest elements along an axis, or of all of an image.
  @Sendable private static func argMax(_ layer: CaffeLayer) throws {
    let parameter = layer.parameter.argmaxParam
    let count = Int(parameter.topK)
    if parameter.hasAxis {
      let op = TopK(axis: try layer.axis(parameter.axis), count: count)
      let (values, places) = try largest(layer, op, try layer.bottom)
      let chosen = parameter.outMaxVal ? values : places
      return try layer.emit(parameter.outMaxVal ? Identity() : Cast(to: .float32), inputs: [chosen])
    }
    let flat = try layer.step(Flatten(axis: 1), [layer.bottom], "flat")
    let (values, places) = try largest(layer, TopK(axis: 1, count: count), flat)
    let numbers = try layer.step(Cast(to: .float32), [places], "places")
    guard parameter.outMaxVal else {
      return try layer.emit(Unsqueeze(axes: [1]), inputs: [numbers])
    }
    let parts = [
      try layer.step(Unsqueeze(axes: [1]), [numbers], "first"),
      try layer.step(Unsqueeze(axes: [1]), [values], "second"),
    ]
    try layer.emit(Concat(axis: 1), inputs: parts)
  }

  private static func largest(
    _ layer: CaffeLayer,
    _ op: TopK,
    _ input: ValueID
  ) throws -> (values: ValueID, places: ValueID) {
    let name = layer.parameter.name
    let ids = try layer.builder.graph.addNode(
      "\(name):largest",
      op,
      inputs: [input],
      outputs: [("\(name):values", .unknown), ("\(name):indices", .unknown)],
      sourceOp: layer.parameter.type
    )
    guard ids.count == 2 else { throw layer.invalid("two values", "\(ids.count)") }
    return (ids[0], ids[1])
  }
}
