import LaminaCore

/// Runs one of several graphs.
///
///     y… = branches[index](x…)      the last one for an index that is out of range
///
/// - Inputs: `index`, one int32; `x…`, what the graphs read.
/// - Outputs: those of the graph that runs.
/// - Errors: an inner graph's, or graphs that give different numbers of outputs.
/// - Source: TFLite STABLEHLO_CASE.
package struct Case: ControlFlowOperator {
  package static let name = "Case"

  package var branches: [Graph]

  package init(branches: [Graph]) { self.branches = branches }

  package var graphs: [(name: String, graph: Graph)] {
    branches.enumerated().map { ("branch \($0)", $1) }
  }

  package func mappingGraphs(_ change: (String, Graph) throws -> Graph) rethrows -> Self {
    Case(branches: try graphs.map { try change($0.name, $0.graph) })
  }

  package func outputTypes(forValues inputs: Inputs<ValueType>) throws(ShapeError) -> [ValueType] {
    guard let first = branches.first else { throw .other("there is no branch") }
    for branch in branches {
      try branch.requireOutputs(first.outputs.count...first.outputs.count)
    }
    let rest = Array(inputs.elements.dropFirst())
    if let known = try inputs[0].tensor?.contents, let index = try? known.scalar() {
      return try branches[place(index)].outputTypes(given: rest)
    }
    var types = try first.outputTypes(given: rest)
    for branch in branches.dropFirst() {
      types = zip(types, try branch.outputTypes(given: rest)).map { $0.common(with: $1) }
    }
    return types
  }

  package func evaluate(
    _ inputs: Inputs<Datum>,
    run: (String, [Datum]) throws -> [Datum]
  ) throws -> [Datum] {
    guard !branches.isEmpty else { throw ShapeError.other("there is no branch") }
    let index = try inputs[0].tensor.scalar()
    return try run("branch \(place(index))", inputs.rest(from: 1))
  }

  private func place(_ index: Double) -> Int {
    let last = branches.count - 1
    return index >= 0 && index < Double(last) ? Int(index) : last
  }
}
