import LaminaCore
import LaminaOperators
import LaminaWire

extension CoreMLNetwork {
  /// Recurrent layers, whose values are [sequence, batch, vector, 1, 1].
  static let recurrent: [Rule] = [
    Rule(
      "simpleRecurrent",
      400,
      outputs: { layer in
        let (inputs, size) = (try layer.count(1), try layer.count(2))
        let own = try layer.parameters.message(10) ?? ProtobufMessage()
        let bias = layer.parameters.bool(20) ? try layer.weights(32, [size]) : nil
        return try Recurrence(layer, size: size).lower(
          RNN(
            hiddenSize: size,
            direction: layer.parameters.bool(100) ? .reverse : .forward,
            activations: [try cellActivation(own)],
            clip: 50
          ),
          weights: [[try layer.weights(30, [size, inputs])]],
          recursion: [[try layer.weights(31, [size, size])]],
          bias: bias.map { [[$0]] },
          givesSequence: layer.parameters.bool(15)
        )
      }
    ),
    Rule(
      "gru",
      410,
      outputs: { layer in
        let (inputs, size) = (try layer.count(1), try layer.count(2))
        let hasBias = layer.parameters.bool(20)
        return try Recurrence(layer, size: size).lower(
          GRU(
            hiddenSize: size,
            direction: layer.parameters.bool(100) ? .reverse : .forward,
            activations: try layer.parameters.messages(10).map(cellActivation),
            clip: 50
          ),
          weights: [try (30...32).map { try layer.weights($0, [size, inputs]) }],
          recursion: [try (50...52).map { try layer.weights($0, [size, size]) }],
          bias: hasBias ? [try (70...72).map { try layer.weights($0, [size]) }] : nil,
          givesSequence: layer.parameters.bool(15)
        )
      }
    ),
    Rule(
      "uniDirectionalLSTM",
      420,
      outputs: { layer in
        try lstm(
          layer,
          layer.parameters.bool(100) ? .reverse : .forward,
          activations: layer.parameters.messages(10)
        )
      }
    ),
    Rule(
      "biDirectionalLSTM",
      430,
      outputs: { layer in
        let forward = try layer.parameters.messages(10)
        let backward = try layer.parameters.messages(11)
        return try lstm(
          layer,
          .bidirectional,
          activations: forward + (backward.isEmpty ? forward : backward)
        )
      }
    ),
  ]

  /// The gates of `LSTMWeightParams` in the engine's order: input, output, forget, block.
  private static let gates = (
    weights: [1, 4, 2, 3], recursion: [20, 23, 21, 22], bias: [40, 43, 41, 42],
    peephole: [60, 62, 61]
  )

  private static func lstm(
    _ layer: CoreMLLayer,
    _ direction: RecurrentDirection,
    activations: [ProtobufMessage]
  ) throws -> [ValueID] {
    let (inputs, size) = (try layer.count(1), try layer.count(2))
    let own = try layer.parameters.message(15) ?? ProtobufMessage()
    let parts = try layer.parameters.messages(20)
    let clip = own.float(60)
    func tensors(_ part: ProtobufMessage, _ fields: [Int], _ lengths: [Int]) throws -> [Tensor] {
      try fields.map { field in
        let message = try part.message(field) ?? ProtobufMessage()
        return try CoreMLWeights(message, place: "\(layer.place), weights \(field)").tensor(lengths)
      }
    }
    func bias(_ part: ProtobufMessage) throws -> [Tensor] {
      var list =
        try own.bool(20)
        ? tensors(part, gates.bias, [size])
        : (0..<4).map { _ in try Tensor(zeros: .float32, [size]) }
      if own.bool(30) { list[2] = try list[2].mapReal { $0 + 1 } }
      return list
    }
    return try Recurrence(layer, size: size).lower(
      LSTM(
        hiddenSize: size,
        direction: direction,
        activations: try activations.map(cellActivation),
        clip: clip == 0 ? 50 : clip,
        couplesInputAndForget: own.bool(50)
      ),
      weights: try parts.map { try tensors($0, gates.weights, [size, inputs]) },
      recursion: try parts.map { try tensors($0, gates.recursion, [size, size]) },
      bias: own.bool(20) || own.bool(30) ? try parts.map(bias) : nil,
      peepholes: own.bool(40) ? try parts.map { try tensors($0, gates.peephole, [size]) } : nil,
      givesSequence: own.bool(10)
    )
  }
}

/// Lays the parts of a recurrent layer out as the engine has them.
private struct Recurrence {
  let layer: CoreMLLayer
  let size: Int

  init(_ layer: CoreMLLayer, size: Int) {
    self.layer = layer
    self.size = size
  }

  /// Adds the node; each list has an entry for each direction.
  ///
  /// - Returns: The sequence or its end, then the last states.
  func lower(
    _ op: any Operator,
    weights: [[Tensor]],
    recursion: [[Tensor]],
    bias: [[Tensor]]?,
    peepholes: [[Tensor]]? = nil,
    givesSequence: Bool
  ) throws -> [ValueID] {
    let x = try layer.input()
    let rank = try layer.rank(x)
    let states = op is LSTM ? 2 : 1
    var inputs: [ValueID?] = [
      try sequence(x, rank), try joined(weights, rank: 3), try joined(recursion, rank: 3),
      try bias.map { try joined(withZeros($0), rank: 2) }, nil,
    ]
    for state in 0..<states { inputs.append(try initial(state, directions: weights.count)) }
    if let peepholes { inputs.append(try joined(peepholes, rank: 2)) }
    let results = try layer.steps(op, inputs, count: states + 1)
    let whole = givesSequence ? try vector(results[0], rank, isSequence: true) : nil
    let end = try whole ?? vector(results[1], rank)
    return [end] + (try lastStates(Array(results.dropFirst()), rank, directions: weights.count))
  }

  /// The states of the first direction, then those of the second.
  private func lastStates(
    _ states: [ValueID],
    _ rank: Int,
    directions: Int
  ) throws -> [ValueID] {
    guard directions > 1 else { return try states.map { try vector($0, rank) } }
    let parts = try states.map { state in
      try layer.steps(Split(axis: 0, count: directions), [state], count: directions)
    }
    return try (0..<directions).flatMap { direction in
      try parts.map { try vector($0[direction], rank) }
    }
  }

  /// S×B×I from S·B×I×1×1 or S×B×I×1×1.
  private func sequence(_ x: ValueID, _ rank: Int) throws -> ValueID {
    guard rank == 4 else { return try layer.step(Squeeze(axes: [3, 4]), x) }
    let flat = try layer.step(Squeeze(axes: [2, 3]), x)
    guard layer.network.batch > 1 else { return try layer.step(Unsqueeze(axes: [1]), flat) }
    let width = layer.builder.shape(x)[1]
    return try layer.step(Reshape(shape: [-1, layer.network.batch, width]), flat)
  }

  /// S·B×D·H×1×1 or S×B×D·H×1×1 from S×D×B×H, or from the last states, D×B×H.
  private func vector(
    _ y: ValueID,
    _ rank: Int,
    isSequence: Bool = false
  ) throws -> ValueID {
    let order = isSequence ? [0, 2, 1, 3] : [1, 0, 2]
    let turned = try layer.step(Transpose(permutation: order), y)
    let width = (layer.builder.shape(y).dims.dropFirst(isSequence ? 1 : 0).first ?? 1) * size
    guard rank == 5 else { return try layer.step(Reshape(shape: [-1, width, 1, 1]), turned) }
    let leading = isSequence ? [0, 0] : [1, 0]
    let batchFirst = isSequence ? turned : try layer.step(Unsqueeze(axes: [0]), turned)
    return try layer.step(Reshape(shape: leading + [width, 1, 1]), batchFirst)
  }

  /// D×B×H from what the layer reads after the sequence; the second direction's come last.
  private func initial(_ state: Int, directions: Int) throws -> ValueID? {
    let stateCount = (layer.inputs.count - 1) / max(directions, 1)
    guard stateCount > state else { return nil }
    let parts = try (0..<directions).map { direction in
      let value = try layer.input(1 + direction * stateCount + state)
      return try layer.step(Reshape(shape: [1, -1, size]), value)
    }
    return parts.count == 1 ? parts[0] : try layer.steps(Concat(axis: 0), parts, count: 1)[0]
  }

  /// The biases of states are zero.
  private func withZeros(_ bias: [[Tensor]]) throws -> [[Tensor]] {
    try bias.map { list in
      try list + list.map { _ in try Tensor(zeros: .float32, [size]) }
    }
  }

  /// One constant from gates of directions, along the first axis of each gate.
  private func joined(_ parts: [[Tensor]], rank: Int) throws -> ValueID {
    let gates = parts.first?.count ?? 0
    let width = parts.first?.first?.shape.dims.last ?? 1
    guard gates > 0 else {
      throw layer.invalid("weights", expected: "one list for each direction", found: "none")
    }
    let all = try parts.joined().flatMap { try $0.floats() }
    let shape: Shape =
      rank == 3 ? [parts.count, gates * size, width] : [parts.count, gates * size]
    return layer.constant(Tensor(shape, all))
  }
}
