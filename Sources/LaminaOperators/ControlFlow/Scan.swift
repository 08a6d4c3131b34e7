import LaminaCore

/// Runs a graph for each position along an axis of some tensors, handing states on.
///
///     for t in 0..<length:
///       states…, y_t… = body(states…, x_t…, captured…)
///
/// - Inputs: `states…`; `x…`, tensors of one length along their axes; `captured…`.
/// - Outputs: the last `states…`; each `y`, stacked along its axis.
/// - Errors: ``ShapeError/axisLengthMismatch(axis:expected:found:)``, or the body's.
/// - Source: ONNX Scan (opset 9 and later).
package struct Scan: ControlFlowOperator {
  package static let name = "Scan"

  package var body: Graph
  package var stateCount: Int
  /// How many tensors are walked through.
  package var scanCount: Int
  /// One for each tensor walked through, or none for the first axis of all.
  package var inputAxes: [Int]
  /// Whether each is walked through from the end; none for forward.
  package var inputsReversed: [Bool]
  package var outputAxes: [Int]
  package var outputsReversed: [Bool]

  package init(
    body: Graph,
    stateCount: Int,
    scanCount: Int,
    inputAxes: [Int] = [],
    inputsReversed: [Bool] = [],
    outputAxes: [Int] = [],
    outputsReversed: [Bool] = []
  ) {
    self.body = body
    self.stateCount = stateCount
    self.scanCount = scanCount
    self.inputAxes = inputAxes
    self.inputsReversed = inputsReversed
    self.outputAxes = outputAxes
    self.outputsReversed = outputsReversed
  }

  package var graphs: [(name: String, graph: Graph)] { [("body", body)] }

  package func mappingGraphs(_ change: (String, Graph) throws -> Graph) rethrows -> Self {
    var result = self
    result.body = try change("body", body)
    return result
  }

  package func outputTypes(forValues inputs: Inputs<ValueType>) throws(ShapeError) -> [ValueType] {
    try check(inputs.count)
    var states = inputs.elements.prefix(stateCount).map { $0?.withoutContents ?? .unknown }
    var parts: [ValueType] = []
    var length = Shape.unknown
    for index in 0..<scanCount {
      let type = try inputs[stateCount + index]
      parts.append(try type.unstacked(axis: inputAxis(index)))
      if let shape = type.tensor?.shape, shape.isRanked {
        length = max(length, shape[try shape.axis(inputAxis(index))])
      }
    }
    let captured = Array(inputs.elements.dropFirst(stateCount + scanCount))
    var results: [ValueType] = []
    for _ in 0..<2 {
      results = try body.outputTypes(given: states + parts + captured)
      states = zip(states, results).map { $0.common(with: $1) }
    }
    var types = states
    for (index, scanned) in results.dropFirst(stateCount).enumerated() {
      types.append(try scanned.stacked(length, axis: outputAxis(index)))
    }
    return types
  }

  package func evaluate(
    _ inputs: Inputs<Datum>,
    run: (String, [Datum]) throws -> [Datum]
  ) throws -> [Datum] {
    try check(inputs.count)
    let all = try inputs.rest(from: 0)
    var states = Array(all.prefix(stateCount))
    let walked = try all[stateCount..<stateCount + scanCount].map { try $0.tensor }
    let captured = all.dropFirst(stateCount + scanCount)
    let length = try commonLength(walked)
    var scanned = [[Tensor]](repeating: [], count: body.outputs.count - stateCount)
    for step in 0..<length {
      try Task.checkCancellation()
      let parts = try walked.enumerated().map { index, x in
        let position = isReversed(inputsReversed, index) ? length - 1 - step : step
        return Datum.tensor(try x.part(at: position, along: inputAxis(index)))
      }
      let results = try run("body", states + parts + captured)
      states = Array(results.prefix(stateCount))
      for index in scanned.indices { scanned[index].append(try results[stateCount + index].tensor) }
    }
    let types = body.outputs.suffix(scanned.count).map { body[$0].type }
    return try states
      + scanned.enumerated().map { index, parts in
        let ordered = isReversed(outputsReversed, index) ? parts.reversed() : parts
        return .tensor(try .stacking(ordered, axis: outputAxis(index), else: types[index]))
      }
  }

  private func inputAxis(_ index: Int) -> Int { index < inputAxes.count ? inputAxes[index] : 0 }

  private func outputAxis(_ index: Int) -> Int { index < outputAxes.count ? outputAxes[index] : 0 }

  private func isReversed(_ flags: [Bool], _ index: Int) -> Bool {
    index < flags.count && flags[index]
  }

  private func commonLength(_ walked: [Tensor]) throws(ShapeError) -> Int {
    var length: Int?
    for (index, x) in walked.enumerated() {
      let axis = try x.shape.axis(inputAxis(index))
      guard length == nil || x.shape[axis] == length else {
        throw .axisLengthMismatch(axis: axis, expected: length ?? 0, found: x.shape[axis])
      }
      length = x.shape[axis]
    }
    return length ?? 0
  }

  private func check(_ inputCount: Int) throws(ShapeError) {
    guard stateCount >= 0, scanCount >= 0, inputCount - stateCount >= scanCount else {
      throw .wrongInputCount(expected: "\(stateCount) and \(scanCount)", found: inputCount)
    }
    try body.requireOutputs(stateCount...Int.max)
  }
}
