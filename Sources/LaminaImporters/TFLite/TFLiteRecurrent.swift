import LaminaCore
import LaminaOperators

extension TFLiteImporter {
  /// Layers with a state; it starts at zero in each run.
  static let recurrent: [TFLiteRule] = [
    TFLiteRule("UNIDIRECTIONAL_SEQUENCE_LSTM") { node in
      try sequenceLSTM(node, isTimeMajor: try node.bool(3))
    },
    TFLiteRule("LSTM", cellLSTM),
    TFLiteRule("UNIDIRECTIONAL_SEQUENCE_RNN") { node in
      try sequenceRNN(node, isTimeMajor: try node.bool(0), activation: 1)
    },
    TFLiteRule("RNN", cellRNN),
    TFLiteRule("SVDF") { node in
      try node.requireInputs(5...5)
      try node.fuseActivation(1)
      let activation = node.activation
      node.activation = nil
      node.inputs[4] = nil
      return SVDF(rank: try node.int(0), activation: activation)
    },
  ]

  /// Inputs 18 and 19 are the states, whose scales the integer form needs.
  private static func sequenceLSTM(
    _ node: TFLiteNode,
    isTimeMajor: Bool
  ) throws -> any Operator {
    try node.requireInputs(20...24)
    guard try node.byte(0) == 4 else {
      throw TFLiteUnsupported(reason: "an activation other than tanh")
    }
    let hidden = node.quantization(18)
    let cell = node.quantization(19)
    node.inputs[18] = nil
    node.inputs[19] = nil
    return SequenceLSTM(
      cellClip: try node.float(1),
      projectionClip: try node.float(2),
      isTimeMajor: isTimeMajor,
      hiddenQuantization: hidden,
      cellQuantization: cell
    )
  }

  /// One step is a sequence of length one.
  @Sendable private static func cellLSTM(_ node: TFLiteNode) throws -> any Operator {
    if try node.byte(3) == 1 {
      try node.requireInputs(5...5)
      return BasicLSTMCell()
    }
    try node.requireInputs(20...24)
    let axis = node.constant(Tensor([1], [Int32(0)]), "time axis")
    node.inputs[0] = node.emit(Unsqueeze(), [node.inputs[0], axis], "one step")
    let lstm = try sequenceLSTM(node, isTimeMajor: true)
    node.inputs = [node.emit(lstm, node.inputs, "sequence"), axis]
    return Squeeze()
  }

  private static func sequenceRNN(
    _ node: TFLiteNode,
    isTimeMajor: Bool,
    activation field: Int
  ) throws -> any Operator {
    try node.requireInputs(5...5)
    try node.fuseActivation(field)
    let activation = node.activation
    node.activation = nil
    node.inputs[4] = nil
    return SequenceRNN(isTimeMajor: isTimeMajor, activation: activation)
  }

  /// One step is a sequence of length one.
  @Sendable private static func cellRNN(_ node: TFLiteNode) throws -> any Operator {
    try node.requireInputs(5...5)
    let axis = node.constant(Tensor([1], [Int32(0)]), "time axis")
    node.inputs[0] = node.emit(Unsqueeze(), [node.inputs[0], axis], "one step")
    let rnn = try sequenceRNN(node, isTimeMajor: true, activation: 0)
    node.inputs = [node.emit(rnn, node.inputs, "sequence"), axis]
    return Squeeze()
  }
}
