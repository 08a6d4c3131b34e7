import LaminaCore

/// Runs a graph that prepares others.
///
///     y… = graph(x…)
///
/// What the graph gives is what variables and tables hold from here on. A run begins with it, so that
/// every run starts from the same state.
///
/// - Inputs: `x…`, what the graph reads of variables and tables.
/// - Outputs: `y…`, the graph's.
/// - Errors: the graph's.
/// - Source: TFLite CALL_ONCE.
package struct CallOnce: ControlFlowOperator {
  package static let name = "CallOnce"

  package var graph: Graph

  package init(graph: Graph) { self.graph = graph }

  package var graphs: [(name: String, graph: Graph)] { [("init", graph)] }

  package func mappingGraphs(_ change: (String, Graph) throws -> Graph) rethrows -> Self {
    CallOnce(graph: try change("init", graph))
  }

  package func outputTypes(forValues inputs: Inputs<ValueType>) throws(ShapeError) -> [ValueType] {
    try graph.outputTypes(given: inputs.elements)
  }

  package func evaluate(
    _ inputs: Inputs<Datum>,
    run: (String, [Datum]) throws -> [Datum]
  ) throws -> [Datum] { try run("init", inputs.rest(from: 0)) }
}
