import LaminaCore
import LaminaOperators
import LaminaSIMD
import Testing

@Suite struct RecurrentStepTests {
  @Test(
    arguments: InstructionSet.available,
    [RecurrentDirection.forward, .reverse, .bidirectional]
  )
  func memoriesOfONNXAgreeWithTheReference(
    set: InstructionSet,
    direction: RecurrentDirection
  ) throws {
    var source = NumberSource(seed: 81)
    let (steps, batch, inputs, hidden) = (5, 2, 7, 19)
    let passes = direction.count
    let all: [Tensor?] = [
      source.tensor([steps, batch, inputs]), source.tensor([passes, 4 * hidden, inputs]),
      source.tensor([passes, 4 * hidden, hidden]), source.tensor([passes, 8 * hidden]), nil,
      source.tensor([passes, batch, hidden]), source.tensor([passes, batch, hidden]),
    ]
    let op = LSTM(hiddenSize: hidden, direction: direction)
    try StepCase(op: op, inputs: all, constants: [1, 2, 3]).check(set, outputCount: 3)
    try StepCase(op: op, inputs: Array(all.prefix(3)), constants: [1, 2]).check(set)
  }

  @Test(
    arguments: InstructionSet.available,
    [RecurrentDirection.forward, .reverse, .bidirectional]
  )
  func gatedUnitsAgreeWithTheReference(
    set: InstructionSet,
    direction: RecurrentDirection
  ) throws {
    var source = NumberSource(seed: 83)
    let (steps, inputs) = (5, 7)
    let passes = direction.count
    for (batch, hidden) in [(1, 16), (2, 19), (3, 33)] {
      let all: [Tensor?] = [
        source.tensor([steps, batch, inputs]), source.tensor([passes, 3 * hidden, inputs]),
        source.tensor([passes, 3 * hidden, hidden]), source.tensor([passes, 6 * hidden]), nil,
        source.tensor([passes, batch, hidden]),
      ]
      for isLinearFirst in [false, true] {
        let op = GRU(
          hiddenSize: hidden,
          direction: direction,
          isLinearBeforeReset: isLinearFirst
        )
        try StepCase(op: op, inputs: all, constants: [1, 2, 3]).check(set, outputCount: 2)
        try StepCase(op: op, inputs: Array(all.prefix(3)), constants: [1, 2]).check(set)
      }
    }
  }

  @Test(arguments: InstructionSet.available, [2, 3])
  func directionsRunSideBySide(set: InstructionSet, threads: Int) throws {
    var source = NumberSource(seed: 84)
    let (steps, batch, inputs, hidden) = (12, 2, 31, 65)
    func inputsFor(gates: Int, states: Int) -> [Tensor?] {
      [
        source.tensor([steps, batch, inputs]), source.tensor([2, gates * hidden, inputs]),
        source.tensor([2, gates * hidden, hidden]), source.tensor([2, 2 * gates * hidden]), nil,
      ] + (0..<states).map { _ in source.tensor([2, batch, hidden]) }
    }
    let lstm = LSTM(hiddenSize: hidden, direction: .bidirectional)
    try StepCase(op: lstm, inputs: inputsFor(gates: 4, states: 2), constants: [1, 2, 3])
      .check(set, threads: threads, outputCount: 3)
    let gru = GRU(hiddenSize: hidden, direction: .bidirectional, isLinearBeforeReset: true)
    try StepCase(op: gru, inputs: inputsFor(gates: 3, states: 1), constants: [1, 2, 3])
      .check(set, threads: threads, outputCount: 2)
  }

  @Test(arguments: InstructionSet.available, [false, true])
  func memoriesOfTensorFlowLiteAgreeWithTheReference(
    set: InstructionSet,
    isTimeMajor: Bool
  ) throws {
    var source = NumberSource(seed: 82)
    let (steps, batch, inputs, hidden) = (4, 3, 6, 17)
    var all = [Tensor?](repeating: nil, count: 24)
    all[0] = source.tensor(isTimeMajor ? [steps, batch, inputs] : [batch, steps, inputs])
    for gate in 0..<4 {
      all[1 + gate] = source.tensor([hidden, inputs])
      all[5 + gate] = source.tensor([hidden, hidden])
      all[12 + gate] = source.tensor([hidden])
    }
    let op = SequenceLSTM(isTimeMajor: isTimeMajor)
    let step = StepCase(op: op, inputs: all, constants: Set(1...15))
    try step.check(set)
  }
}
