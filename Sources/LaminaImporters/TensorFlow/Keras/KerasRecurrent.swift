import LaminaCore
import LaminaOperators
import LaminaWire

extension KerasLayers {
  /// Layers that go through a sequence step by step.
  static let recurrent: [KerasRule] = [
    KerasRule("LSTM", lowering: { node in try recurrent(node, .lstm) }),
    KerasRule("GRU", lowering: { node in try recurrent(node, .gru) }),
    KerasRule("SimpleRNN", lowering: { node in try recurrent(node, .simple) }),
    KerasRule("CuDNNLSTM", lowering: { node in try recurrent(node, .lstm) }),
    KerasRule("RNN", lowering: cells),
    KerasRule("Bidirectional", lowering: bidirectional),
  ]

  private static func recurrent(
    _ node: KerasNode,
    _ kind: KerasCell.Kind
  ) throws -> [ValueID] {
    let cell = try KerasCell(kind, node.config, node.weights, version: node.builder.version)
    let run = KerasRecurrence(node: node, config: node.config, cells: [cell])
    return try run.results()
  }

  /// One cell, or several on top of each other, each of which sees the whole sequence in turn.
  @Sendable private static func cells(_ node: KerasNode) throws -> [ValueID] {
    guard let json = node.config["cell"], let name = json["class_name"]?.string else {
      throw node.invalid("a cell", "none")
    }
    let list = name == "StackedRNNCells" ? json["config"]?["cells"]?.elements ?? [] : [json]
    guard list.count == 1 || !node.config.bool("return_state") && node.inputs.count == 1 else {
      throw KerasUnsupported(reason: "states of stacked cells")
    }
    guard list.count == 1 || !node.config.bool("go_backwards") else {
      throw KerasUnsupported(reason: "stacked cells backwards")
    }
    guard !list.isEmpty, list.count <= 64 else { throw node.invalid("cells", "\(list.count)") }
    var x: ValueID?
    for (index, item) in list.enumerated() {
      let kinds: [String: KerasCell.Kind] = [
        "LSTMCell": .lstm, "GRUCell": .gru, "SimpleRNNCell": .simple,
      ]
      let className = item["class_name"]?.string ?? ""
      guard let kind = kinds[className] else {
        throw KerasUnsupported(reason: "the cell \(SafeText.clean(className))")
      }
      let config = KerasConfig(json: item["config"] ?? .object([]), place: node.place)
      let own = config["name"]?.string ?? ""
      let named = node.weights.below(own)
      let weights = named.isEmpty ? node.weights : named
      let cell = try KerasCell(kind, config, weights, version: node.builder.version)
      let isLast = index == list.count - 1
      var run = KerasRecurrence(node: node, config: node.config, cells: [cell])
      run.input = x
      if isLast { return try run.results() }
      run.suffix = "cell \(index)"
      x = try run.sequence()
    }
    return []
  }

  /// A layer that runs in both directions; the results are joined, added, multiplied or averaged.
  @Sendable private static func bidirectional(_ node: KerasNode) throws -> [ValueID] {
    guard let json = node.config.first(["layer", "forward_layer"]) else {
      throw node.invalid("a layer", "none")
    }
    let kinds: [String: KerasCell.Kind] = ["LSTM": .lstm, "GRU": .gru, "SimpleRNN": .simple]
    guard let kind = kinds[json["class_name"]?.string ?? ""] else {
      throw KerasUnsupported(reason: "a layer that is not recurrent")
    }
    let config = KerasConfig(json: json["config"] ?? .object([]), place: node.place)
    let parts = [
      node.weights.part(["forward_layer"], prefixes: ["forward_"]),
      node.weights.part(["backward_layer"], prefixes: ["backward_"]),
    ]
    let cells = try parts.map { part in
      try KerasCell(kind, config, part, version: node.builder.version)
    }
    let run = KerasRecurrence(node: node, config: config, cells: cells)
    return try run.merged(by: node.config["merge_mode"]?.string)
  }
}

/// The weights of a recurrent cell in the engine's order.
struct KerasCell {
  enum Kind { case lstm, gru, simple }

  let kind: Kind
  let units: Int
  /// Kernel, recurrent kernel and biases: 1×G·H×I, 1×G·H×H, 1×2·G·H.
  let kernel: Tensor
  let recurrentKernel: Tensor
  let bias: Tensor?
  let activations: [CellActivation]
  /// Whether the reset gate multiplies after the state's product.
  let resetsAfter: Bool

  /// Where each gate of the engine is in the file's order.
  private static func gates(_ kind: Kind) -> [Int] {
    switch kind {
    case .lstm: [0, 3, 1, 2]
    case .gru: [0, 1, 2]
    case .simple: [0]
    }
  }

  init(
    _ kind: Kind,
    _ config: KerasConfig,
    _ weights: KerasWeights,
    version: Int
  ) throws {
    self.kind = kind
    units = try config.int("units", "output_dim", default: 0)
    guard units > 0, weights.weights.count >= 2 else { throw KerasMissingWeights() }
    let gates = Self.gates(kind)
    let width = units &* gates.count
    kernel = try Self.turned(weights.weights[0].load(), units, gates, config)
    recurrentKernel = try Self.turned(weights.weights[1].load(), units, gates, config)
    let hasBias = config.bool("use_bias", default: true) && weights.weights.count > 2
    bias = hasBias ? try Self.biases(weights.weights[2].load(), units, gates, width, config) : nil
    resetsAfter = kind == .gru && config.bool("reset_after", default: false)
    func function(_ key: String, _ name: String) throws -> CellActivation {
      let text = config[key]?.string ?? config[key]?["config"]?.string ?? name
      return try KerasTypes.cell(text, version: version)
    }
    let inner = try function("activation", "tanh")
    let standard = version >= 2 ? "sigmoid" : "hard_sigmoid"
    let recurrent = kind == .simple ? inner : try function("recurrent_activation", standard)
    switch kind {
    case .lstm: activations = [recurrent, inner, inner]
    case .gru: activations = [recurrent, inner]
    case .simple: activations = [inner]
    }
  }

  /// Turns I×G·H into 1×G·H×I with the gates in another order.
  private static func turned(
    _ tensor: Tensor,
    _ units: Int,
    _ gates: [Int],
    _ config: KerasConfig
  ) throws -> Tensor {
    let shape = tensor.shape
    guard shape.rank == 2, shape[1] == units &* gates.count else {
      throw config.wrong("units", .int(units), "the width of the kernel \(shape) by gate")
    }
    let (rows, width) = (shape[0], shape[1])
    let source = try tensor.floats()
    return try Tensor.build([1, width, rows], of: Float.self) { target in
      for (place, gate) in gates.enumerated() {
        for unit in 0..<units {
          for row in 0..<rows {
            target[(place * units + unit) * rows + row] = source[row * width + gate * units + unit]
          }
        }
      }
    }
  }

  /// Biases of inputs, then of states, which are zero where the file has one list.
  private static func biases(
    _ tensor: Tensor,
    _ units: Int,
    _ gates: [Int],
    _ width: Int,
    _ config: KerasConfig
  ) throws -> Tensor {
    guard tensor.count == width || tensor.count == 2 * width else {
      throw config.wrong("units", .int(units), "\(width) biases")
    }
    let source = try tensor.floats()
    return try Tensor.build([1, 2 * width], of: Float.self) { target in
      for half in 0..<tensor.count / width {
        for (place, gate) in gates.enumerated() {
          for unit in 0..<units {
            target[half * width + place * units + unit] = source[half * width + gate * units + unit]
          }
        }
      }
    }
  }

  /// The operator of cells of one kind and size, one for each direction.
  static func op(_ cells: [KerasCell], direction: RecurrentDirection) -> any Operator {
    let functions = cells.flatMap(\.activations)
    let units = cells[0].units
    switch cells[0].kind {
    case .lstm:
      return LSTM(
        hiddenSize: units,
        direction: direction,
        activations: functions,
        isBatchFirst: true
      )
    case .gru:
      return GRU(
        hiddenSize: units,
        direction: direction,
        activations: functions,
        isBatchFirst: true,
        isLinearBeforeReset: cells[0].resetsAfter
      )
    case .simple:
      return RNN(
        hiddenSize: units,
        direction: direction,
        activations: functions,
        isBatchFirst: true
      )
    }
  }
}
