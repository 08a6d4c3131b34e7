import LaminaCore
import LaminaOperators

extension MXNetGraphBuilder {
  /// Operators that keep one element of many.
  static let reductions: [MXNetRule] = [
    MXNetRule("sum") { try reduce($0, .sum) },
    MXNetRule("sum_axis") { try reduce($0, .sum) },
    MXNetRule("mean") { try reduce($0, .mean) },
    MXNetRule("max") { try reduce($0, .max) },
    MXNetRule("max_axis") { try reduce($0, .max) },
    MXNetRule("min") { try reduce($0, .min) },
    MXNetRule("min_axis") { try reduce($0, .min) },
    MXNetRule("prod") { try reduce($0, .prod) },
    MXNetRule("norm") { node in
      try reduce(node, try node.int("ord", default: 2) == 1 ? .l1 : .l2)
    },
    MXNetRule("argmax", lowering: { try argument($0, .max) }),
    MXNetRule("argmin", lowering: { try argument($0, .min) }),
    MXNetRule(
      "argmax_channel",
      lowering: { node in
        let op = ArgReduce(.max, axis: 1, keepsDimensions: false)
        let places = try node.step(op, [node.input(0)], "places")
        try node.emit(Cast(to: .float32), [places])
      }
    ),
  ]

  private static func reduce(
    _ node: MXNetNode,
    _ function: Reduce.Function
  ) throws -> any Operator {
    var axes = try node.ints("axis")
    if node.bool("exclude"), let listed = axes {
      let rank = try node.rank()
      let places = Set(listed.map { $0 < 0 ? $0 + rank : $0 })
      axes = (0..<rank).filter { !places.contains($0) }
    }
    return Reduce(function, axes: axes, keepsDimensions: node.bool("keepdims"))
  }

  /// Places are floats.
  private static func argument(_ node: MXNetNode, _ function: ArgReduce.Function) throws {
    let axis = node.has("axis") ? try node.int("axis", default: 0) : nil
    let op = ArgReduce(function, axis: axis, keepsDimensions: node.bool("keepdims"))
    let places = try node.step(op, [node.input(0)], "places")
    try node.emit(Cast(to: .float32), [places])
  }
}
