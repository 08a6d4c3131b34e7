import LaminaCore

/// In which order a recurrent layer reads its sequence.
package enum RecurrentDirection: String, Hashable, Sendable {
  case forward, reverse, bidirectional

  /// The number of passes.
  package var count: Int { self == .bidirectional ? 2 : 1 }
}

/// What the recurrent operators of ONNX have in common: attributes, lengths and checks.
struct RecurrentLayer {
  /// Gates of a cell, and states that it carries on.
  let gateCount: Int
  let stateCount: Int
  let hiddenSize: Int
  let direction: RecurrentDirection
  let isBatchFirst: Bool
  /// The functions of all passes, or those that stand for absent ones.
  let activations: [CellActivation]
  let clip: Float?

  /// The lengths of one run.
  struct Lengths {
    var steps: Int
    var batch: Int
    var inputs: Int
  }

  init(
    gates: Int,
    states: Int,
    hiddenSize: Int,
    _ direction: RecurrentDirection,
    isBatchFirst: Bool,
    _ activations: [CellActivation]?,
    standard: [CellActivation],
    clip: Float?
  ) {
    gateCount = gates
    stateCount = states
    self.hiddenSize = hiddenSize
    self.direction = direction
    self.isBatchFirst = isBatchFirst
    self.activations =
      activations ?? Array(repeating: standard, count: direction.count).flatMap { $0 }
    self.clip = clip
  }

  /// Checks all inputs; `peepholes` is the length of the eighth for one pass.
  func lengths(_ inputs: TypeInputs, peepholes: Int = 0) throws(ShapeError) -> Lengths {
    let (x, w) = (try inputs[0], try inputs[1])
    try x.requireArithmetic()
    try x.requireRank(3...3)
    try w.requireRank(3...3)
    guard 1..<1 << 24 ~= hiddenSize else {
      throw .invalidAttribute("hiddenSize", found: "\(hiddenSize)", expected: "1 or more")
    }
    let lengths = Lengths(
      steps: x.shape[isBatchFirst ? 1 : 0],
      batch: x.shape[isBatchFirst ? 0 : 1],
      inputs: x.shape[2]
    )
    let (passes, rows) = (direction.count, gateCount * hiddenSize)
    try w.requireShape([passes, rows, lengths.inputs])
    try inputs[2].requireShape([passes, rows, hiddenSize])
    try inputs.optional(3)?.requireShape([passes, 2 * rows])
    try inputs.optional(4)?.requireShape([lengths.batch])
    for state in 0..<stateCount {
      try inputs.optional(5 + state)?.requireShape(stateShape(lengths))
    }
    if peepholes > 0 { try inputs.optional(7)?.requireShape([passes, peepholes]) }
    return lengths
  }

  func stateShape(_ lengths: Lengths) -> Shape {
    isBatchFirst
      ? [lengths.batch, direction.count, hiddenSize] : [direction.count, lengths.batch, hiddenSize]
  }

  /// Returns the types of the outputs: all hidden states, then the last of each state.
  func outputTypes(_ inputs: TypeInputs, peepholes: Int = 0) throws(ShapeError) -> [TensorType] {
    let lengths = try lengths(inputs, peepholes: peepholes)
    let x = try inputs[0]
    let all: Shape =
      isBatchFirst
      ? [lengths.batch, lengths.steps, direction.count, hiddenSize]
      : [lengths.steps, direction.count, lengths.batch, hiddenSize]
    let state = x.result(stateShape(lengths))
    return [x.result(all)] + [TensorType](repeating: state, count: stateCount)
  }

  func cost(_ inputs: TypeInputs) -> Cost {
    guard let lengths = try? lengths(inputs) else { return .none }
    return .macs(
      lengths.steps,
      lengths.batch,
      direction.count * gateCount * hiddenSize,
      lengths.inputs + hiddenSize
    )
  }
}
