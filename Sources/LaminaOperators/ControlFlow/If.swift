import LaminaCore

/// Runs one of two graphs.
///
///     y… = condition ? then(x…) : else(x…)
///
/// - Inputs: `condition`, one bool; `x…`, what the graphs read.
/// - Outputs: those of the graph that runs.
/// - Errors: an inner graph's, or graphs that give different numbers of outputs.
/// - Source: ONNX If; TFLite IF.
package struct If: ControlFlowOperator {
  package static let name = "If"

  package var then: Graph
  package var otherwise: Graph

  package init(then: Graph, else otherwise: Graph) {
    self.then = then
    self.otherwise = otherwise
  }

  package var graphs: [(name: String, graph: Graph)] {
    [("then_branch", then), ("else_branch", otherwise)]
  }

  package func mappingGraphs(_ change: (String, Graph) throws -> Graph) rethrows -> Self {
    If(then: try change("then_branch", then), else: try change("else_branch", otherwise))
  }

  package func outputTypes(forValues inputs: Inputs<ValueType>) throws(ShapeError) -> [ValueType] {
    try otherwise.requireOutputs(then.outputs.count...then.outputs.count)
    let rest = Array(inputs.elements.dropFirst())
    if let known = try inputs[0].tensor?.contents, let condition = try? known.scalar() {
      return try (condition != 0 ? then : otherwise).outputTypes(given: rest)
    }
    // A branch that these types do not fit is one that is never taken.
    let yes: [ValueType]
    do throws(ShapeError) { yes = try then.outputTypes(given: rest) } catch {
      return try otherwise.outputTypes(given: rest)
    }
    do throws(ShapeError) {
      return zip(yes, try otherwise.outputTypes(given: rest)).map { $0.common(with: $1) }
    } catch { return yes }
  }

  package func evaluate(
    _ inputs: Inputs<Datum>,
    run: (String, [Datum]) throws -> [Datum]
  ) throws -> [Datum] {
    let condition = try inputs[0].tensor.scalar() != 0
    return try run(condition ? "then_branch" : "else_branch", inputs.rest(from: 1))
  }
}
