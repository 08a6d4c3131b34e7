import LaminaCore

/// Runs a graph as long as another one says so.
///
///     while condition(x…): x… = body(x…)
///
/// - Inputs: `x…`, what both graphs take.
/// - Outputs: the last `x…`.
/// - Errors: an inner graph's, or a body that gives another number of values than it takes.
/// - Source: TFLite WHILE.
package struct While: ControlFlowOperator {
  package static let name = "While"

  package var condition: Graph
  package var body: Graph

  package init(condition: Graph, body: Graph) {
    self.condition = condition
    self.body = body
  }

  package var graphs: [(name: String, graph: Graph)] { [("cond", condition), ("body", body)] }

  package func mappingGraphs(_ change: (String, Graph) throws -> Graph) rethrows -> Self {
    While(condition: try change("cond", condition), body: try change("body", body))
  }

  package func outputTypes(forValues inputs: Inputs<ValueType>) throws(ShapeError) -> [ValueType] {
    try check(inputs.count)
    var types = inputs.elements.map { $0?.withoutContents ?? .unknown }
    for _ in 0..<2 {
      types = zip(types, try body.outputTypes(given: types)).map { $0.common(with: $1) }
    }
    return types
  }

  package func evaluate(
    _ inputs: Inputs<Datum>,
    run: (String, [Datum]) throws -> [Datum]
  ) throws -> [Datum] {
    try check(inputs.count)
    var values = try inputs.rest(from: 0)
    while try run("cond", values)[0].tensor.scalar() != 0 {
      try Task.checkCancellation()
      values = try run("body", values)
    }
    return values
  }

  private func check(_ inputCount: Int) throws(ShapeError) {
    try condition.requireOutputs(1...1)
    try body.requireOutputs(inputCount...inputCount)
  }
}
