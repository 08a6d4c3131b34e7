import LaminaCore
import LaminaOperators

/// A run of cells over a sequence, and what is made of its results.
struct KerasRecurrence {
  let node: KerasNode
  /// The configuration of the recurrent layer, which another one may wrap.
  let config: KerasConfig
  /// One cell for each direction.
  let cells: [KerasCell]
  /// What runs through the cells, when it is not the layer's input.
  var input: ValueID?
  /// What tells the nodes of this run from others of the layer.
  var suffix: String?

  private var label: String { suffix.map { "\(node.name)/\($0)" } ?? node.name }
  private var isBackward: Bool { config.bool("go_backwards") }

  init(node: KerasNode, config: KerasConfig, cells: [KerasCell]) {
    self.node = node
    self.config = config
    self.cells = cells
  }

  /// Adds the run.
  ///
  /// - Returns: The states of all steps, N×L×D×H, and the last states, N×D×H each.
  private func run() throws -> [ValueID] {
    let direction: RecurrentDirection =
      cells.count == 2 ? .bidirectional : isBackward ? .reverse : .forward
    let x = try input ?? node.input()
    var inputs: [ValueID?] = [
      x, try parameter(\.kernel, "kernel"), try parameter(\.recurrentKernel, "recurrent_kernel"),
    ]
    let hasBias = cells.allSatisfy { $0.bias != nil }
    inputs.append(hasBias ? try parameter({ $0.bias }, "bias") : nil)
    inputs.append(try lengths(of: x))
    inputs += try initialStates()
    while inputs.last == .some(nil) { inputs.removeLast() }
    let count = cells[0].kind == .lstm ? 3 : 2
    let names = ["sequence", "state", "cell state"].prefix(count).map { "\(label)/\($0)" }
    return try node.builder.add(
      label,
      KerasCell.op(cells, direction: direction),
      inputs: inputs,
      outputs: names,
      activation: nil,
      sourceOp: node.className
    )
  }

  private func parameter(
    _ part: (KerasCell) -> Tensor?,
    _ name: String
  ) throws -> ValueID {
    let tensors = cells.compactMap(part)
    guard tensors.count == 2 else {
      return node.constant(tensors[0], suffix.map { "\($0)/\(name)" } ?? name)
    }
    guard tensors[0].shape == tensors[1].shape else {
      throw KerasUnsupported(reason: "directions of different sizes")
    }
    let joined = try Concat(axis: 0).evaluate(TensorInputs(tensors))[0]
    return node.constant(joined, name)
  }

  private func parameter(_ part: KeyPath<KerasCell, Tensor>, _ name: String) throws -> ValueID {
    try parameter({ $0[keyPath: part] }, name)
  }

  /// How many steps of each sequence count, where a mask says so; they have to come first.
  private func lengths(of x: ValueID) throws -> ValueID? {
    guard let mask = node.builder.masks[x] ?? node.named["mask"]?.tensors.first else { return nil }
    guard !config.bool("return_sequences"), !isBackward else {
      throw KerasUnsupported(reason: "a mask on sequences that are returned or go backwards")
    }
    let numbers = try node.add(Cast(to: .int32), [mask], "steps that count")
    return try node.add(Reduce(.sum, axes: [1], keepsDimensions: false), [numbers], "lengths")
  }

  /// The states to start from, N×H each, as N×D×H.
  private func initialStates() throws -> [ValueID] {
    var given = Array(node.inputs.dropFirst())
    if let named = node.named["initial_state"] { given = named.tensors }
    guard input == nil || given.isEmpty else {
      throw KerasUnsupported(reason: "first states of stacked cells")
    }
    guard !given.isEmpty else { return [] }
    guard cells.count == 1 else {
      throw KerasUnsupported(reason: "first states of both directions")
    }
    guard given.count == (cells[0].kind == .lstm ? 2 : 1) else {
      throw node.invalid("a first state for each of the cell's", "\(given.count)")
    }
    return try given.enumerated().map { index, id in
      try node.add(Unsqueeze(axes: [1]), [id], "first state \(index)")
    }
  }

  private func named(
    _ op: any Operator,
    _ inputs: [ValueID?],
    _ part: String,
    isResult: Bool
  ) throws(ImportError) -> ValueID {
    guard isResult else { return try node.add(op, inputs, part) }
    return try node.builder.add(
      "\(node.name)/\(part)",
      op,
      inputs: inputs,
      outputs: [node.name],
      activation: nil,
      sourceOp: node.className
    )[0]
  }

  /// The sequence of states alone, N×L×H.
  func sequence() throws -> ValueID {
    try node.add(Squeeze(axes: [2]), [run()[0]], "\(suffix ?? "")/steps")
  }

  /// What a layer of one direction gives: its sequence or last state, then its states.
  func results() throws -> [ValueID] {
    let values = try run()
    var results: [ValueID]
    if config.bool("return_sequences") {
      var y = try named(Squeeze(axes: [2]), [values[0]], "steps", isResult: !isBackward)
      // Going backwards, the last step comes first.
      if isBackward { y = try named(Reverse(axes: [1]), [y], "reversed", isResult: true) }
      results = [y]
    } else {
      results = [try named(Squeeze(axes: [1]), [values[1]], "last", isResult: true)]
    }
    if config.bool("return_state") {
      for (index, state) in values.dropFirst().enumerated() {
        results.append(try node.add(Squeeze(axes: [1]), [state], "state \(index)"))
      }
    }
    return results
  }

  /// What a layer of both directions gives.
  func merged(by mode: String?) throws -> [ValueID] {
    let values = try run()
    let returnsSequences = config.bool("return_sequences")
    let (y, axis) = returnsSequences ? (values[0], 2) : (values[1], 1)
    let units = cells[0].units
    var results: [ValueID]
    switch mode {
    case "concat":
      let shape = returnsSequences ? [0, 0, 2 * units] : [0, 2 * units]
      results = [try named(Reshape(shape: shape), [y], "joined", isResult: true)]
    case "sum": results = [try reduced(.sum, y, axis)]
    case "mul": results = [try reduced(.prod, y, axis)]
    case "ave": results = [try reduced(.mean, y, axis)]
    case nil:
      let names = (0..<2).map { "\(node.name)/direction \($0)" }
      results = try node.builder.add(
        "\(node.name)/directions",
        Unpack(axis: axis, count: 2),
        inputs: [y],
        outputs: names,
        activation: nil,
        sourceOp: node.className
      )
    case let other?: throw KerasUnsupported(reason: "the merge mode \(other)")
    }
    if config.bool("return_state") { results += try states(values) }
    return results
  }

  private func reduced(
    _ function: Reduce.Function,
    _ y: ValueID,
    _ axis: Int
  ) throws(ImportError) -> ValueID {
    let op = Reduce(function, axes: [axis], keepsDimensions: false)
    return try named(op, [y], "merged", isResult: true)
  }

  /// The states of the forward direction, then those of the other.
  private func states(_ values: [ValueID]) throws -> [ValueID] {
    var parts: [[ValueID]] = []
    for (index, state) in values.dropFirst().enumerated() {
      parts.append(
        try node.builder.add(
          "\(node.name)/state \(index)",
          Unpack(axis: 1, count: 2),
          inputs: [state],
          outputs: (0..<2).map { "\(node.name)/state \(index) of direction \($0)" },
          activation: nil,
          sourceOp: node.className
        )
      )
    }
    return parts.map { $0[0] } + parts.map { $0[1] }
  }
}
