import LaminaCore
import LaminaOperators

extension MNNImporter {
  /// Operators that make one number of many.
  static let reductions: [MNNRule] = [
    MNNRule("Reduction", reduction),
    MNNRule("ArgMax") { try argument($0, &$1, .max) },
    MNNRule("ArgMin") { try argument($0, &$1, .min) },
  ]

  /// What field 0 stands for.
  private static let reductionFunctions: [Reduce.Function] = [
    .sum, .l1, .sumSquare, .mean, .max, .min, .prod, .any, .all,
  ]

  /// Axes are field 1 or a second input; all without either.
  @Sendable private static func reduction(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    let number = try op.byte(0)
    guard reductionFunctions.indices.contains(number) else {
      throw MNNUnsupported(reason: "operation \(number)")
    }
    let axes = try op.ints(1).flatMap { $0.isEmpty ? nil : $0 }
    let engine = Reduce(
      reductionFunctions[number],
      axes: axes,
      keepsDimensions: try op.bool(3)
    )
    let inputs = try builder.inputs(op)
    try builder.emit(op, engine, axes == nil ? inputs : Array(inputs.prefix(1)))
  }

  private static func argument(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder,
    _ function: ArgReduce.Function
  ) throws {
    let count = try op.int(1)
    guard try op.int(0) == 0, count <= 1 else {
      throw MNNUnsupported(reason: "the \(count) largest, or values")
    }
    let engine = ArgReduce(
      function,
      axis: try op.int(2),
      keepsDimensions: false,
      indexType: .int32
    )
    try builder.emit(op, engine, [builder.input(op)], type: .unknown)
  }
}
