import LaminaCore
import LaminaOperators

extension MILNode {
  /// Operations that read and write at places that are data.
  static let gathering: [MILRule] = [
    MILRule("gather") { node in
      let op = Gather(
        axis: try node.int("axis", default: 0),
        batchDims: try node.int("batch_dims", default: 0)
      )
      return try node.step(op, node.value("x"), places(node))
    },
    MILRule("gather_along_axis") { node in
      let op = GatherElements(axis: try node.int("axis", default: 0))
      return try node.step(op, node.value("x"), places(node))
    },
    MILRule("gather_nd") { node in
      let op = GatherND(batchDims: try node.int("batch_dims", default: 0))
      return try node.step(op, node.value("x"), places(node))
    },
    MILRule("scatter") { node in
      guard try node.int("axis", default: 0) == 0 else {
        throw CoreMLUnsupported(reason: "axes other than the first")
      }
      let rows = try node.step(Unsqueeze(axes: [-1]), places(node))
      return try scatter(node, rows) { ScatterND(reduction: $0) }
    },
    MILRule("scatter_nd") { node in
      try scatter(node, places(node)) { ScatterND(reduction: $0) }
    },
    MILRule("scatter_along_axis") { node in
      let axis = try node.int("axis", default: 0)
      return try scatter(node, places(node)) { ScatterElements(axis: axis, reduction: $0) }
    },
    MILRule("non_zero") { node in
      try node.step(Transpose(permutation: [1, 0]), node.step(NonZero(), node.value("x")))
    },
    MILRule("one_hot") { node in
      let indices = try places(node)
      let on = node.tensor("on_value") ?? Tensor(scalar: Int32(1))
      let off = node.tensor("off_value") ?? Tensor(scalar: Int32(0))
      let values = try Tensor(on.dtype, [2], rounding: off.doubles() + on.doubles())
      let depth = try node.cast(node.value("one_hot_vector_size"), .int64)
      let op = OneHot(axis: try node.int("axis", default: -1))
      return try node.step(op, indices, depth, node.constant(values))
    },
  ]

  private static func places(_ node: MILNode) throws -> ValueID {
    let id = try node.value("indices")
    let dtype = node.builder.type(id).dtype
    return dtype == .int32 || dtype == .int64 ? id : try node.cast(id, .int64)
  }

  /// Differences and quotients are sums of negatives and products of reciprocals.
  private static func scatter(
    _ node: MILNode,
    _ indices: ValueID,
    _ op: (ScatterReduction) -> any Operator
  ) throws -> ValueID {
    var updates = try node.value("updates")
    let mode = node.string("mode", default: "add")
    if mode == "sub" { updates = try node.unary(.neg, updates) }
    if mode == "div" { updates = try node.unary(.reciprocal, updates) }
    let reduction: ScatterReduction = try node.choice(
      "mode",
      default: "add",
      of: [
        "update": .none, "add": .add, "sub": .add, "mul": .mul, "div": .mul, "max": .max,
        "min": .min,
      ]
    )
    return try node.step(op(reduction), node.value("data"), indices, updates)
  }
}
