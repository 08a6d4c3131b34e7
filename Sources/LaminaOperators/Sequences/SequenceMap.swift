import LaminaCore

/// Runs a graph for each element of a sequence and collects the results.
///
///     y[i]… = body(x[i], z[i]…, captured…)      z[i] = z for tensors
///
/// - Inputs: `x`, a sequence; `z…`, sequences of the same length or tensors; `captured…`.
/// - Outputs: a sequence for each of the body's outputs.
/// - Errors: ``ShapeError/indexOutOfRange(_:length:)`` for a shorter sequence, or the body's.
/// - Source: ONNX SequenceMap.
package struct SequenceMap: ControlFlowOperator {
  package static let name = "SequenceMap"

  package var body: Graph
  /// The number of inputs without captured ones.
  package var inputCount: Int

  package init(body: Graph, inputCount: Int) {
    self.body = body
    self.inputCount = inputCount
  }

  package var graphs: [(name: String, graph: Graph)] { [("body", body)] }

  package func mappingGraphs(_ change: (String, Graph) throws -> Graph) rethrows -> Self {
    SequenceMap(body: try change("body", body), inputCount: inputCount)
  }

  package func outputTypes(forValues inputs: Inputs<ValueType>) throws(ShapeError) -> [ValueType] {
    let types = inputs.elements.enumerated().map { index, type -> ValueType? in
      guard index < inputCount, case .sequence(let element)? = type else { return type }
      return element
    }
    return try body.outputTypes(given: types).map { .sequence($0.withoutContents) }
  }

  package func evaluate(
    _ inputs: Inputs<Datum>,
    run: (String, [Datum]) throws -> [Datum]
  ) throws -> [Datum] {
    let all = try inputs.rest(from: 0)
    let count = try inputs[0].sequence.count
    var results = [[Datum]](repeating: [], count: body.outputs.count)
    for index in 0..<count {
      try Task.checkCancellation()
      let arguments = try all.enumerated().map { place, datum -> Datum in
        guard place < inputCount, case .sequence(let elements) = datum else { return datum }
        return elements[try index.index(below: elements.count)]
      }
      for (output, value) in try run("body", arguments).enumerated() {
        results[output].append(value)
      }
    }
    return results.map(Datum.sequence)
  }
}
