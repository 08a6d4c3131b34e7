import Glibc
import LaminaCore

/// Mixes values through a state that every step of a sequence changes.
///
///     S′ = exp(g) · S + k ⊗ u      o = scale · q · S′
///     u = v, or beta · (v − k · (exp(g) · S)) for the delta rules
///
/// The gated rules have g, the others exp(g) = 1. Query heads share the states of key heads in groups.
///
/// - Inputs: `q`, N×L×(heads · D); `k`, N×L×(keyHeads · D); `v`, N×L×(keyHeads · E); `past`,
///   N×keyHeads×D×E, zero when absent; `g`, N×L×keyHeads or N×L×(keyHeads · D); `beta`, N×L×keyHeads
///   or N×L×1.
/// - Outputs: `y`, N×L×(heads · E); the last state.
/// - Errors: ``ShapeError/missingInput(_:)`` for what the rule needs,
///   ``ShapeError/invalidAttribute(_:found:expected:)``.
/// - Source: ONNX LinearAttention (opset 27).
package struct LinearAttention: Operator {
  package static let name = "LinearAttention"

  /// How a step changes the state.
  package enum Rule: Hashable, Sendable {
    case linear, gated, delta, gatedDelta

    var isGated: Bool { self == .gated || self == .gatedDelta }
    var isDelta: Bool { self == .delta || self == .gatedDelta }
  }

  package var queryHeads: Int
  package var keyValueHeads: Int
  package var rule: Rule
  /// What outputs are multiplied by; 0 for 1 / √D.
  package var scale: Float

  package init(
    queryHeads: Int,
    keyValueHeads: Int,
    rule: Rule = .gatedDelta,
    scale: Float = 0
  ) {
    self.queryHeads = queryHeads
    self.keyValueHeads = keyValueHeads
    self.rule = rule
    self.scale = scale
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (q, k, v) = (try inputs[0], try inputs[1], try inputs[2])
    try q.requireArithmetic()
    for input in [q, k, v] { try input.requireRank(3...3) }
    let (batch, length) = (q.shape[0], q.shape[1])
    guard queryHeads > 0, keyValueHeads > 0, queryHeads % keyValueHeads == 0,
      q.shape[2] % queryHeads == 0, v.shape[2] % keyValueHeads == 0
    else {
      throw .invalidAttribute(
        "heads",
        found: "\(queryHeads), \(keyValueHeads)",
        expected: "divisors of \(q.shape[2])"
      )
    }
    let (size, valueSize) = (q.shape[2] / queryHeads, v.shape[2] / keyValueHeads)
    try k.requireShape([batch, length, keyValueHeads &* size])
    try v.requireShape([batch, length, v.shape[2]])
    let state: Shape = [batch, keyValueHeads, size, valueSize]
    try inputs.optional(3)?.requireShape(state)
    if rule.isGated {
      let gate = try inputs[4]
      if gate.shape != [batch, length, keyValueHeads] {
        try gate.requireShape([batch, length, keyValueHeads * size])
      }
    }
    if rule.isDelta {
      let beta = try inputs[5]
      if beta.shape != [batch, length, 1] {
        try beta.requireShape([batch, length, keyValueHeads])
      }
    }
    let stateType = inputs.optional(3) ?? q
    return [
      q.result([batch, length, queryHeads &* valueSize]), stateType.result(state),
    ]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let types = try outputTypes(for: inputs.types)
    let sequences = try Sequences(inputs, rule, types)
    var states = try types[1].shape.zeros()
    if let past = inputs.optional(3) { states = try past.wide() }
    var y = try types[0].shape.zeros()
    let (batch, length) = (types[0].shape[0], types[0].shape[1])
    let stateCount = sequences.size * sequences.valueSize
    for member in 0..<batch * keyValueHeads {
      let (number, head) = (member / keyValueHeads, member % keyValueHeads)
      let range = member * stateCount..<(member + 1) * stateCount
      var state = Array(states[range])
      for row in number * length..<(number + 1) * length {
        advance(&state, by: row, head, of: sequences)
        answerQueries(of: row, head, of: sequences, state, &y)
      }
      states.replaceSubrange(range, with: state)
    }
    return [
      try Tensor(types[0].dtype, types[0].shape, narrowing: y),
      try Tensor(types[1].dtype, types[1].shape, narrowing: states),
    ]
  }

  /// The inputs that have a row for each step.
  private struct Sequences {
    let q: [Double]
    let k: [Double]
    let v: [Double]
    let gate: [Double]?
    let beta: [Double]?
    /// The steps of the whole batch.
    let rowCount: Int
    let size: Int
    let valueSize: Int

    init(_ inputs: TensorInputs, _ rule: Rule, _ types: [TensorType]) throws {
      (q, k, v) = (try inputs[0].wide(), try inputs[1].wide(), try inputs[2].wide())
      gate = rule.isGated ? try inputs[4].wide() : nil
      beta = rule.isDelta ? try inputs[5].wide() : nil
      rowCount = types[0].shape[0] * types[0].shape[1]
      (size, valueSize) = (types[1].shape[2], types[1].shape[3])
    }
  }

  /// Changes the state of a head by the step in a row.
  private func advance(
    _ state: inout [Double],
    by row: Int,
    _ head: Int,
    of sequences: Sequences
  ) {
    let line = row * keyValueHeads + head
    let (size, valueSize) = (sequences.size, sequences.valueSize)
    let betaWidth = (sequences.beta?.count ?? 0) / max(sequences.rowCount, 1)
    advance(
      &state,
      sequences.k[line * size..<(line + 1) * size],
      sequences.v[line * valueSize..<(line + 1) * valueSize],
      sequences.gate.map { decays($0, line, of: sequences.rowCount * keyValueHeads, size) },
      sequences.beta.map { $0[row * betaWidth + (betaWidth == 1 ? 0 : head)] }
    )
  }

  /// Writes what the queries that share a head's state give in a row.
  private func answerQueries(
    of row: Int,
    _ head: Int,
    of sequences: Sequences,
    _ state: [Double],
    _ y: inout [Double]
  ) {
    let (size, valueSize) = (sequences.size, sequences.valueSize)
    let factor = scale == 0 ? 1 / Double(size).squareRoot() : Double(scale)
    let group = queryHeads / keyValueHeads
    for member in 0..<group {
      let query = row * queryHeads + head * group + member
      let found = answer(to: sequences.q[query * size..<(query + 1) * size], state, factor)
      y.replaceSubrange(query * valueSize..<(query + 1) * valueSize, with: found)
    }
  }

  /// What a line of gates leaves of each row of a state.
  private func decays(_ gate: [Double], _ line: Int, of lines: Int, _ size: Int) -> [Double] {
    let width = gate.count / max(lines, 1)
    return (0..<size).map { exp(gate[line * width + (width == 1 ? 0 : $0)]) }
  }

  /// A query times a state of D×E numbers, and times a factor.
  private func answer(
    to query: ArraySlice<Double>,
    _ state: [Double],
    _ factor: Double
  ) -> [Double] {
    let width = state.count / max(query.count, 1)
    return (0..<width).map { column in
      let sum = zip(query, stride(from: column, to: state.count, by: max(width, 1))).reduce(0) {
        $0 + $1.0 * state[$1.1]
      }
      return factor * sum
    }
  }

  /// Changes a state of D×E numbers by one step.
  private func advance(
    _ state: inout [Double],
    _ k: ArraySlice<Double>,
    _ v: ArraySlice<Double>,
    _ decays: [Double]?,
    _ beta: Double?
  ) {
    let (keys, width) = (Array(k), v.count)
    if let decays {
      for index in state.indices { state[index] *= decays[index / width] }
    }
    var update = Array(v)
    if let beta {
      for column in 0..<width {
        let known = keys.indices.reduce(0) { $0 + state[$1 * width + column] * keys[$1] }
        update[column] = beta * (update[column] - known)
      }
    }
    for index in state.indices { state[index] += keys[index / width] * update[index % width] }
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    guard outputs.count == 2 else { return .none }
    return .macs(
      outputs[1].shape.elementCount ?? 0,
      outputs[0].shape[1],
      (rule.isDelta ? 2 : 1) + queryHeads / max(keyValueHeads, 1)
    )
  }
}
