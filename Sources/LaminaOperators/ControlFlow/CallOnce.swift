import LaminaCore

/// Runs a graph that prepares others.
///
/// - Inputs: none.
/// - Outputs: none.
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
    []
  }

  package func evaluate(
    _ inputs: Inputs<Datum>,
    run: (String, [Datum]) throws -> [Datum]
  ) throws -> [Datum] {
    _ = try run("init", [])
    return []
  }
}
