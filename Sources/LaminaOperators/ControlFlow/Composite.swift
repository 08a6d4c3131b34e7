import LaminaCore

/// Runs the graph that an operator of another name stands for.
///
///     y… = graph(x…)
///
/// - Inputs: `x…`, the graph's.
/// - Outputs: `y…`, the graph's.
/// - Errors: the graph's.
/// - Source: TFLite STABLEHLO_COMPOSITE.
package struct Composite: ControlFlowOperator {
  package static let name = "Composite"

  /// What the graph computes, by name.
  package var meaning: String
  package var graph: Graph

  package init(_ meaning: String, graph: Graph) {
    self.meaning = meaning
    self.graph = graph
  }

  package var graphs: [(name: String, graph: Graph)] { [("graph", graph)] }

  package func mappingGraphs(_ change: (String, Graph) throws -> Graph) rethrows -> Self {
    Composite(meaning, graph: try change("graph", graph))
  }

  package func outputTypes(forValues inputs: Inputs<ValueType>) throws(ShapeError) -> [ValueType] {
    try graph.outputTypes(given: inputs.elements)
  }

  package func evaluate(
    _ inputs: Inputs<Datum>,
    run: (String, [Datum]) throws -> [Datum]
  ) throws -> [Datum] { try run("graph", inputs.rest(from: 0)) }

  package var displayName: String { meaning.isEmpty ? Self.name : meaning }
}
