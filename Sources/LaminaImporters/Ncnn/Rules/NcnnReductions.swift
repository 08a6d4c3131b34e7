import LaminaCore
import LaminaOperators

extension NcnnImporter {
  /// Layers that make one number of many.
  static let reductions: [NcnnRule] = [
    NcnnRule("Reduction", reduction),
    NcnnRule("ArgMax", argMax),
  ]

  /// What parameter 0 stands for.
  private static let reductionFunctions: [Reduce.Function] = [
    .sum, .l1, .sumSquare, .mean, .max, .min, .prod, .l1, .l2, .logSum, .logSumExp,
  ]

  /// Over all axes unless parameter 1 is 0; the result times parameter 2.
  @Sendable private static func reduction(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    guard reductionFunctions.indices.contains(layer.int(0)) else {
      throw NcnnUnsupported(reason: "operation \(layer.int(0))")
    }
    let x = try builder.input(layer)
    let rank = builder.rank(x)
    var axes = Set(layer.ints(3).map { ($0 < 0 ? $0 + rank : $0) + 1 })
    if layer.int(1, default: 1) != 0 { axes = Set(1..<rank + 1) }
    guard axes.allSatisfy({ (1...rank).contains($0) }), !axes.isEmpty else {
      throw NcnnUnsupported(reason: "axes \(layer.ints(3)) of \(rank)")
    }
    let keeps = layer.int(4) != 0
    let function = reductionFunctions[layer.int(0)]
    let takesAll = axes.count == rank && !keeps && rank > 1
    var stages: [any Operator] = [
      Reduce(function, axes: axes.sorted(), keepsDimensions: keeps || rank == 1)
    ]
    // What is left of a blob is a line of one element.
    if takesAll { stages = wholeReduction(function, rank: rank) }
    let factor = layer.float(2, default: 1)
    if factor != 1 { stages.append(UnaryElementwise(.affine(alpha: Double(factor), beta: 0))) }
    var value = x
    for (index, stage) in stages.dropLast().enumerated() {
      value = try builder.step(layer, "stage \(index)", stage, [value])
    }
    try builder.emit(layer, stages[stages.count - 1], [value])
  }

  private static func wholeReduction(_ function: Reduce.Function, rank: Int) -> [any Operator] {
    [Reduce(function, axes: Array(1..<rank + 1), keepsDimensions: true), Flatten(axis: 1)]
  }

  /// The places of the largest elements of the whole blob, as floats.
  @Sendable private static func argMax(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    guard layer.int(0) == 0 else { throw NcnnUnsupported(reason: "values beside the places") }
    let line = try builder.step(layer, "line", Flatten(axis: 1), [builder.input(layer)])
    let top = TopK(axis: 1, count: layer.int(1, default: 1))
    let found = try builder.steps(layer, ["largest", "places"], top, [line])
    let places = try builder.step(layer, "floats", Cast(to: .float32), [found[1]])
    try builder.emit(layer, Unsqueeze(axes: [1]), [places])
  }
}
