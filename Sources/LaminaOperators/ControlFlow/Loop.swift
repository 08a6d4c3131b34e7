import LaminaCore

/// Runs a graph again and again, handing values on and collecting others.
///
///     for i in 0..<count while condition:
///       condition, carried…, scanned… = body(i, condition, carried…, captured…)
///
/// - Inputs: `count`, optional, one whole number; `condition`, optional, one bool; `carried…`;
///   `captured…`.
/// - Outputs: the last `carried…`; each of `scanned…`, stacked along a new first axis.
/// - Errors: the body's, or a body with a wrong number of outputs.
/// - Source: ONNX Loop.
package struct Loop: ControlFlowOperator {
  package static let name = "Loop"

  package var body: Graph
  /// How many of the inputs after the second are handed on.
  package var carriedCount: Int

  package init(body: Graph, carriedCount: Int) {
    self.body = body
    self.carriedCount = carriedCount
  }

  package var graphs: [(name: String, graph: Graph)] { [("body", body)] }

  package func mappingGraphs(_ change: (String, Graph) throws -> Graph) rethrows -> Self {
    var result = self
    result.body = try change("body", body)
    return result
  }

  package func outputTypes(forValues inputs: Inputs<ValueType>) throws(ShapeError) -> [ValueType] {
    try check(inputs.count)
    let rest = inputs.elements.dropFirst(2)
    var carried = rest.prefix(carriedCount).map { $0?.withoutContents ?? .unknown }
    let captured = Array(rest.dropFirst(carriedCount))
    let head: [ValueType?] = [
      .tensor(TensorType(.int64, [])), .tensor(TensorType(.bool, [])),
    ]
    var results: [ValueType] = []
    // Once with the first types, then with what they have in common with the results.
    for _ in 0..<2 {
      results = Array(try body.outputTypes(given: head + carried + captured).dropFirst())
      carried = zip(carried, results).map { $0.common(with: $1) }
    }
    let count = inputs.optional(0)?.tensor?.contents
    let isFixed = inputs.optional(1) == nil
    let length = isFixed ? count.flatMap { try? $0.ints().first } : nil
    var types = carried
    for scanned in results.dropFirst(carriedCount) {
      types.append(try scanned.stacked(length.map { max($0, 0) } ?? Shape.unknown, axis: 0))
    }
    return types
  }

  package func evaluate(
    _ inputs: Inputs<Datum>,
    run: (String, [Datum]) throws -> [Datum]
  ) throws -> [Datum] {
    try check(inputs.count)
    let count = try inputs.optional(0)?.tensor.ints().first ?? .max
    var condition = try inputs.optional(1).map { try $0.tensor.scalar() != 0 } ?? true
    let isConditional = inputs.optional(1) != nil
    let rest = try inputs.rest(from: 2)
    var carried = Array(rest.prefix(carriedCount))
    let captured = rest.dropFirst(carriedCount)
    var scanned = [[Tensor]](repeating: [], count: body.outputs.count - 1 - carriedCount)
    var iteration = 0
    while iteration < count, condition {
      try Task.checkCancellation()
      let head = [Datum.tensor(Tensor(scalar: Int64(iteration))), .tensor(Tensor(scalar: true))]
      let results = try run("body", head + carried + captured)
      if isConditional { condition = try results[0].tensor.scalar() != 0 }
      carried = Array(results[1..<1 + carriedCount])
      for index in scanned.indices {
        scanned[index].append(try results[1 + carriedCount + index].tensor)
      }
      iteration += 1
    }
    let types = body.outputs.suffix(scanned.count).map { body[$0].type }
    return try carried
      + zip(scanned, types).map { .tensor(try .stacking($0, axis: 0, else: $1)) }
  }

  private func check(_ inputCount: Int) throws(ShapeError) {
    guard carriedCount >= 0, inputCount >= 2 + carriedCount else {
      throw .wrongInputCount(expected: "\(2 + carriedCount) or more", found: inputCount)
    }
    try body.requireOutputs(1 + carriedCount...Int.max)
  }
}
