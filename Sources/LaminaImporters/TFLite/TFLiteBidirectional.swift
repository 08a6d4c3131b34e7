import LaminaCore
import LaminaOperators

extension TFLiteImporter {
  /// Layers that run over a sequence and over it turned around, as two layers of their own.
  static let bidirectional: [TFLiteRule] = [
    TFLiteRule("BIDIRECTIONAL_SEQUENCE_RNN") { node in
      try node.requireInputs(12...12)
      try node.fuseActivation(1)
      let layer = SequenceRNN(isTimeMajor: try node.bool(0), activation: node.activation)
      node.activation = nil
      func inputs(_ first: Int) -> [ValueID?] { [node.inputs[0]] + node.inputs[first..<first + 3] }
      let (forward, backward) = try node.linked(
        inputs(1),
        inputs(5),
        extra: node.inputs[9],
        weights: [[node.inputs[10]], [node.inputs[11]]]
      )
      return try node.run(layer, layer, forward, backward, merges: node.bool(2), layer.isTimeMajor)
    },
    TFLiteRule("BIDIRECTIONAL_SEQUENCE_LSTM") { node in
      try node.requireInputs(48...48)
      guard try node.byte(0) == 4 else {
        throw TFLiteUnsupported(reason: "an activation other than tanh")
      }
      let isTimeMajor = try node.bool(4, default: true)
      func layer(_ hidden: Int, _ cell: Int) throws -> SequenceLSTM {
        SequenceLSTM(
          cellClip: try node.float(1),
          projectionClip: try node.float(2),
          isTimeMajor: isTimeMajor,
          hiddenQuantization: node.quantization(hidden),
          cellQuantization: node.quantization(cell)
        )
      }
      func inputs(_ first: Int) -> [ValueID?] { [node.inputs[0]] + node.inputs[first..<first + 17] }
      let (forward, backward) = try node.linked(
        inputs(1),
        inputs(18),
        extra: node.inputs[39],
        weights: [Array(node.inputs[40..<44]), Array(node.inputs[44..<48])]
      )
      return try node.run(
        layer(35, 36),
        layer(37, 38),
        forward,
        backward,
        merges: node.bool(3),
        isTimeMajor
      )
    },
  ]
}

extension TFLiteNode {
  /// Returns the inputs of both layers with what a second sequence adds to them.
  ///
  /// With weights of its own the second sequence is joined to the first, and its weights to those of
  /// the inputs; without, the layer that runs backwards reads it in place of the first.
  fileprivate func linked(
    _ forward: [ValueID?],
    _ backward: [ValueID?],
    extra: ValueID?,
    weights: [[ValueID?]]
  ) throws -> ([ValueID?], [ValueID?]) {
    guard let extra else { return (forward, backward) }
    guard weights.joined().contains(where: { $0 != nil }) else {
      return (forward, [extra] + backward.dropFirst())
    }
    let x = emit(Concat(axis: 2), [forward[0], extra], "both sequences")
    func joined(_ inputs: [ValueID?], _ weights: [ValueID?]) -> [ValueID?] {
      var inputs = inputs
      inputs[0] = x
      for (gate, own) in weights.enumerated() {
        guard let own, let first = inputs[gate + 1] else { continue }
        inputs[gate + 1] = emit(Concat(axis: 1), [first, own], "weights of both sequences")
      }
      return inputs
    }
    return (joined(forward, weights[0]), joined(backward, weights[1]))
  }

  /// Puts both layers before this node and returns what is left for it to do.
  fileprivate func run(
    _ forward: any Operator,
    _ backward: any Operator,
    _ forwardInputs: [ValueID?],
    _ backwardInputs: [ValueID?],
    merges: Bool,
    _ isTimeMajor: Bool
  ) throws -> any Operator {
    let axis = constant(Tensor([1], [isTimeMajor ? 0 : 1 as Int32]), "time axis")
    let turned = emit(Reverse(), [backwardInputs[0], axis], "turned around")
    let last = emit(backward, [turned] + backwardInputs.dropFirst(), "backward")
    if merges {
      let first = emit(forward, forwardInputs, "forward")
      inputs = [first, emit(Reverse(), [last, axis], "turned back")]
      return Concat(axis: 2)
    }
    guard outputs.count == 2 else { throw invalid("2 outputs", "\(outputs.count)") }
    emit(forward, forwardInputs, "forward", into: outputs[0])
    outputs = [outputs[1]]
    inputs = [last, axis]
    return Reverse()
  }
}
