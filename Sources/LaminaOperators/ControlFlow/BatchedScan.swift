import LaminaCore

/// Runs a graph for each step of each sequence of a batch, handing states on.
///
///     for each b: for t in 0..<length[b]:
///       states[b]…, y[b, t]… = body(states[b]…, x[b, t]…, captured…)
///
/// - Inputs: `lengths`, optional, one for each batch element; `states…`, batch first; `x…`,
///   batch×time×rest; `captured…`.
/// - Outputs: the last `states…`; each `y`, batch×time×rest, zero after the end of a sequence.
/// - Errors: ``ShapeError/indexOutOfRange(_:length:)`` for a length beyond the time axis, or the
///   body's.
/// - Source: ONNX Scan (opset 8).
package struct BatchedScan: ControlFlowOperator {
  package static let name = "BatchedScan"

  package var body: Graph
  package var stateCount: Int
  package var scanCount: Int
  package var inputsReversed: [Bool]

  package init(body: Graph, stateCount: Int, scanCount: Int, inputsReversed: [Bool] = []) {
    self.body = body
    self.stateCount = stateCount
    self.scanCount = scanCount
    self.inputsReversed = inputsReversed
  }

  package var graphs: [(name: String, graph: Graph)] { [("body", body)] }

  /// What happens to one batch element.
  private var single: Scan {
    Scan(
      body: body,
      stateCount: stateCount,
      scanCount: scanCount,
      inputsReversed: inputsReversed
    )
  }

  package func mappingGraphs(_ change: (String, Graph) throws -> Graph) rethrows -> Self {
    var result = self
    result.body = try change("body", body)
    return result
  }

  package func outputTypes(forValues inputs: Inputs<ValueType>) throws(ShapeError) -> [ValueType] {
    let batched = 1..<max(1 + stateCount + scanCount, 1)
    var types: [ValueType?] = []
    var batch = Shape.unknown
    for index in 1..<max(inputs.count, 1) {
      let type = try inputs[index]
      types.append(batched.contains(index) ? try type.unstacked(axis: 0) : type)
      if batched.contains(index), let shape = type.tensor?.shape, shape.rank > 0 {
        batch = shape[0]
      }
    }
    var results: [ValueType] = []
    for type in try single.outputTypes(forValues: Inputs(types)) {
      results.append(try type.stacked(batch, axis: 0))
    }
    return results
  }

  package func evaluate(
    _ inputs: Inputs<Datum>,
    run: (String, [Datum]) throws -> [Datum]
  ) throws -> [Datum] {
    let all = try inputs.rest(from: 1)
    guard all.count >= stateCount + scanCount, scanCount > 0 else {
      throw ShapeError.wrongInputCount(expected: "\(1 + stateCount + scanCount)", found: all.count)
    }
    let batched = try all.prefix(stateCount + scanCount).map { try $0.tensor }
    let captured = all.dropFirst(stateCount + scanCount)
    let time = batched[stateCount].shape
    guard time.rank >= 2 else { throw ShapeError.wrongRank(expected: "rank 2", found: time) }
    let lengths = try inputs.optional(0)?.tensor.ints()
    var results: [[Tensor]] = []
    for batch in 0..<time[0] {
      let length = lengths.map { $0.indices.contains(batch) ? $0[batch] : -1 } ?? time[1]
      guard length >= 0, length <= time[1] else {
        throw ShapeError.indexOutOfRange(length, length: time[1] + 1)
      }
      let parts = try batched.enumerated().map { index, x in
        let part = try x.part(at: batch, along: 0)
        return index < stateCount ? part : try part.prefix(length)
      }
      let values = try single.evaluate(Inputs(parts.map(Datum.tensor) + captured), run: run)
      results.append(
        try values.enumerated().map { index, value in
          index < stateCount ? try value.tensor : try value.tensor.prefix(time[1])
        }
      )
    }
    guard let first = results.first else {
      throw ShapeError.wrongRank(expected: "at least one batch element", found: time)
    }
    return try first.indices.map { output in
      .tensor(try Pack(axis: 0).evaluate(TensorInputs(results.map { $0[output] }))[0])
    }
  }

  package var displayName: String { "Scan" }
}

extension Tensor {
  /// Returns the first positions along the first axis, with zeros added if there are fewer.
  fileprivate func prefix(_ length: Int) throws -> Tensor {
    let pads = [Int](repeating: 0, count: 2 * shape.rank - 1) + [length - shape[0]]
    var ordered = pads
    ordered.swapAt(shape.rank, 2 * shape.rank - 1)
    return try Pad(mode: .constant, pads: ordered).evaluate([self])[0]
  }
}
