import LaminaCore

/// Builds a small graph node by node, for tests.
package struct GraphSketch {
  package private(set) var graph = Graph(name: "sketch")

  package init() {}

  /// Adds an input.
  package mutating func input(_ name: String, _ shape: Shape, _ dtype: DataType = .float32)
    -> ValueID
  {
    graph.addInput(name, .tensor(TensorType(dtype, shape)))
  }

  /// Adds a constant.
  package mutating func constant(_ tensor: Tensor) -> ValueID {
    graph.addConstant("c\(graph.values.count)", tensor)
  }

  /// Adds a constant of small seeded numbers between −1 and 1.
  package mutating func weights(_ shape: Shape, seed: Int = 1) -> ValueID {
    constant(.noise(shape, seed: seed))
  }

  /// Adds a node with one output and returns it.
  package mutating func node(
    _ op: any Operator,
    _ inputs: ValueID?...,
    activation: Activation? = nil,
    type: TensorType? = nil
  ) -> ValueID {
    let output = graph.addValue(
      "v\(graph.values.count)",
      type.map(ValueType.tensor) ?? .unknown
    )
    graph.addNode(
      "n\(graph.nodes.count)",
      op,
      inputs: inputs,
      outputs: [output],
      activation: activation
    )
    return output
  }

  /// Returns the graph with these outputs, types inferred and checked.
  package mutating func finish(_ outputs: ValueID...) throws -> Graph {
    graph.outputs = outputs
    graph.reindex()
    try graph.inferTypes()
    try graph.verify()
    return graph
  }
}

extension Tensor {
  /// Seeded numbers between −1 and 1.
  package static func noise(_ shape: Shape, seed: Int) -> Tensor {
    var state = UInt64(truncatingIfNeeded: seed) &* 0x9e37_79b9_7f4a_7c15 &+ 1
    let elements = (0..<(shape.elementCount ?? 0)).map { _ -> Float in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int32(truncatingIfNeeded: state >> 32)) / Float(Int32.max)
    }
    return Tensor(shape, elements)
  }
}
