extension Graph {
  /// Replaces operators, those of inner graphs too.
  ///
  /// - Parameter change: returns the operator to use in place of one, or `nil` to keep it.
  /// - Throws: what `change` throws.
  package mutating func replaceOperators(
    _ change: (any Operator) throws -> (any Operator)?
  ) throws {
    var changed = nodes
    for index in changed.indices {
      if let control = changed[index].op.asControlFlow {
        changed[index].op = try Self.replacingInner(control, change)
      }
      if let op = try change(changed[index].op) { changed[index].op = op }
    }
    try setNodes(changed)
  }

  private static func replacingInner<Control: ControlFlowOperator>(
    _ control: Control,
    _ change: (any Operator) throws -> (any Operator)?
  ) throws -> any Operator {
    try control.mappingGraphs { _, graph in
      var graph = graph
      try graph.replaceOperators(change)
      return graph
    }
  }

  /// Whether a condition holds for any operator, of inner graphs too.
  package func containsOperator(where condition: (any Operator) -> Bool) -> Bool {
    nodes.contains { node in
      condition(node.op)
        || node.op.asControlFlow?.graphs.contains {
          $0.graph.containsOperator(where: condition)
        } ?? false
    }
  }

  /// The outputs, by position, that chance has a part in.
  package var nondeterministicOutputs: Set<Int> {
    var values: Set<ValueID> = []
    for node in nodes {
      let isRandom =
        node.inputs.contains { $0.map(values.contains) ?? false }
        || node.op.isNondeterministic
        || node.op.asControlFlow?.graphs.contains {
          $0.graph.containsOperator { $0.isNondeterministic }
        } ?? false
      if isRandom { values.formUnion(node.outputs.compactMap { $0 }) }
    }
    return Set(outputs.indices.filter { values.contains(outputs[$0]) })
  }
}
