import LaminaCore
import LaminaOperators

extension MILNode {
  /// Recurrent networks over S×B×I.
  static let recurrent: [MILRule] = [
    MILRule(
      "rnn",
      outputs: { node in
        let size = try hiddenSize(node, gates: 1)
        let op = RNN(
          hiddenSize: size,
          direction: try direction(node),
          activations: [try cell(node, "activation", default: "tanh")]
        )
        let layer = MILRecurrence(node: node, size: size, gates: [0], directions: 1)
        return try layer.lower(op, states: ["initial_h"])
      }
    ),
    MILRule(
      "gru",
      outputs: { node in
        let size = try hiddenSize(node, gates: 3)
        let gate = try cell(node, "recurrent_activation", default: "sigmoid")
        let op = GRU(
          hiddenSize: size,
          direction: try direction(node),
          activations: [gate, try cell(node, "activation", default: "tanh")],
          isLinearBeforeReset: try node.bool("reset_after")
        )
        // The file has reset, output, update; the engine update, reset, output.
        let layer = MILRecurrence(node: node, size: size, gates: [2, 0, 1], directions: 1)
        return try layer.lower(op, states: ["initial_h"])
      }
    ),
    MILRule(
      "lstm",
      outputs: { node in
        let size = try hiddenSize(node, gates: 4)
        let way = try direction(node)
        let count = way == .bidirectional ? 2 : 1
        let cells = [
          try cell(node, "recurrent_activation", default: "sigmoid"),
          try cell(node, "cell_activation", default: "tanh"),
          try cell(node, "activation", default: "tanh"),
        ]
        let op = LSTM(
          hiddenSize: size,
          direction: way,
          activations: count == 2 ? cells + cells : cells,
          clip: node.has("clip") ? try node.float("clip", default: 0) : nil
        )
        // The file has input, forget, output, cell; the engine input, output, forget, cell.
        let layer = MILRecurrence(node: node, size: size, gates: [0, 2, 1, 3], directions: count)
        return try layer.lower(op, states: ["initial_h", "initial_c"], peepholes: [0, 2, 1])
      }
    ),
  ]

  private static func direction(_ node: MILNode) throws -> RecurrentDirection {
    try node.choice(
      "direction",
      default: "forward",
      of: ["forward": .forward, "reverse": .reverse, "bidirectional": .bidirectional]
    )
  }

  private static func cell(
    _ node: MILNode,
    _ argument: String,
    default standard: String
  ) throws -> CellActivation {
    try node.choice(
      argument,
      default: standard,
      of: [
        "tanh": .tanh, "sigmoid": .sigmoid, "relu": .relu, "linear": .identity,
        "scaled_tanh": .scaledTanh(alpha: 1.7159, beta: 2.0 / 3),
        "sigmoid_hard": .hardSigmoid(alpha: 0.2, beta: 0.5),
        "hard_sigmoid":
          .hardSigmoid(alpha: 0.2, beta: 0.5),
      ]
    )
  }

  private static func hiddenSize(_ node: MILNode, gates: Int) throws -> Int {
    let shape = node.builder.shape(try node.value("weight_hh"))
    guard shape.isKnown, shape.rank == 2, shape[1] > 0, shape[0] == gates * shape[1] else {
      throw node.invalid("weight_hh", expected: "\(gates)·H×H", found: "\(shape)")
    }
    return shape[1]
  }
}

/// Lays the inputs of a recurrent operation out as the engine has them.
private struct MILRecurrence {
  let node: MILNode
  let size: Int
  /// The file's number of each of the engine's gates.
  let gates: [Int]
  let directions: Int

  private var suffixes: [String] { directions == 2 ? ["", "_back"] : [""] }

  /// Adds the node; returns the sequence or its end, then the last states.
  func lower(
    _ op: any Operator,
    states: [String],
    peepholes: [Int]? = nil
  ) throws -> [ValueID] {
    let x = try node.value("x")
    let weights = try suffixes.map { try ordered("weight_ih" + $0, gates) }
    let recursion = try suffixes.map { try ordered("weight_hh" + $0, gates) }
    var inputs: [ValueID?] = [x, try stacked(weights), try stacked(recursion), try bias(x), nil]
    for state in states { inputs.append(try initial(state)) }
    if let peepholes, node.has("peephole") {
      inputs.append(try stacked(suffixes.map { try ordered("peephole" + $0, peepholes) }))
    }
    let results = try node.steps(op, inputs, count: states.count + 1)
    let last = try results.dropFirst().map { state in
      let turned = try node.step(Transpose(permutation: [1, 0, 2]), state)
      return try node.step(Reshape(shape: [0, directions * size]), turned)
    }
    guard try node.bool("output_sequence") else {
      return [try node.step(Unsqueeze(axes: [0]), last[0])] + last
    }
    let turned = try node.step(Transpose(permutation: [0, 2, 1, 3]), results[0])
    return [try node.step(Reshape(shape: [0, 0, directions * size]), turned)] + last
  }

  /// Rows of gates in the engine's order.
  private func ordered(_ argument: String, _ order: [Int]) throws -> ValueID {
    let value = try node.value(argument)
    guard order != Array(0..<order.count) else { return value }
    let split = Split(axis: 0, count: order.count)
    let parts = try node.steps(split, [value], count: order.count)
    return try node.steps(Concat(axis: 0), order.map { parts[$0] }, count: 1)[0]
  }

  /// One value with an axis of directions in front.
  private func stacked(_ parts: [ValueID]) throws -> ValueID {
    try node.steps(Pack(axis: 0), parts, count: 1)[0]
  }

  /// The biases of inputs, then those of states: from iOS 18's GRU, else zero.
  private func bias(_ x: ValueID) throws -> ValueID? {
    guard node.has("bias") || node.has("input_bias") else { return nil }
    let lengths: Shape = [gates.count * size]
    let zeros = node.constant(try Tensor(zeros: node.builder.type(x).dtype, lengths))
    let parts = try suffixes.map { suffix in
      let given = node.has("bias" + suffix) ? try ordered("bias" + suffix, gates) : zeros
      let pair =
        node.has("input_bias") ? [try ordered("input_bias", gates), given] : [given, zeros]
      return try node.steps(Concat(axis: 0), pair, count: 1)[0]
    }
    return try stacked(parts)
  }

  /// D×B×H from B×D·H.
  private func initial(_ argument: String) throws -> ValueID? {
    guard let state = try node.optional(argument) else { return nil }
    let parts = try node.step(Reshape(shape: [0, directions, size]), state)
    return try node.step(Transpose(permutation: [1, 0, 2]), parts)
  }
}
