import LaminaCore
import LaminaOperators
import LaminaWire

/// Builds the graph of a model of Keras, with the models inside of it in their places.
final class KerasBuilder {
  var graph: Graph
  /// The version of Keras that wrote the file; some defaults depend on it.
  let version: Int
  /// Which steps of a sequence count, by the value that they belong to.
  var masks: [ValueID: ValueID] = [:]
  private var callCount = 0

  /// A tensor or a plain value that a call is given.
  indirect enum Given {
    case tensor(ValueID)
    case list([Given])
    case value(JSONValue)

    var tensors: [ValueID] {
      switch self {
      case .tensor(let id): [id]
      case .list(let list): list.flatMap(\.tensors)
      case .value: []
      }
    }
  }

  /// How often layers may be used, models in models counted every time.
  private static let callLimit = 100_000
  private static let depthLimit = 24

  init(name: String, version: Int) {
    graph = Graph(name: name)
    self.version = version
  }

  /// Adds a node and works out the types of what it writes.
  func add(
    _ name: String,
    _ op: any Operator,
    inputs: [ValueID?],
    outputs: [String],
    activation: Activation?,
    sourceOp: String
  ) throws(ImportError) -> [ValueID] {
    let ids = outputs.map { graph.addValue($0) }
    graph.addNode(
      name,
      op,
      inputs: inputs,
      outputs: ids,
      activation: activation,
      sourceOp: sourceOp
    )
    do { try graph.inferTypeOfLastNode() } catch { throw .graph(error) }
    return ids
  }

  /// Adds the inputs, layers and outputs of a model.
  func build(_ model: KerasArchitecture, weights: KerasWeights) throws {
    var inputs: [ValueID] = []
    for reference in model.inputs {
      guard let layer = model.layers.first(where: { $0.name == reference.layer }) else {
        throw Self.missing(reference)
      }
      let type = try Self.inputType(layer)
      inputs.append(graph.addInput(SafeText.clean(layer.name), .tensor(type)))
    }
    for id in try self.outputs(of: model, inputs, weights: weights, prefix: "", depth: 0) {
      try addOutput(id)
    }
    graph.reindex()
  }

  /// One value gives one output; what nothing computes goes through a node.
  private func addOutput(_ id: ValueID) throws(ImportError) {
    guard graph.producer(of: id) == nil || graph.outputs.contains(id) else {
      return graph.outputs.append(id)
    }
    let name = graph[id].name + " (output)"
    graph.outputs += try add(
      name,
      Identity(),
      inputs: [id],
      outputs: [name],
      activation: nil,
      sourceOp: "Identity"
    )
  }

  private static func missing(_ reference: KerasArchitecture.Reference) -> ImportError {
    .invalid(
      place: "the model",
      expected: "the layer \"\(SafeText.clean(reference.layer))\"",
      found: "none that gives output \(reference.output) of call \(reference.call)"
    )
  }

  private static func inputType(
    _ layer: KerasArchitecture.Layer
  ) throws(ImportError) -> TensorType {
    let config = KerasConfig(json: layer.config, place: "input \(SafeText.clean(layer.name))")
    let name = config["dtype"]?.string ?? config["dtype"]?["config"]?["name"]?.string
    let dtype = KerasTypes.dtype(name ?? "float32") ?? .float32
    guard let list = config.first(["batch_shape", "batch_input_shape"]) else {
      return TensorType(dtype, .unranked)
    }
    guard list.elements.count <= 32 else {
      throw .overLimit(place: "the axes of \(config.place)", limit: 32)
    }
    return TensorType(dtype, Shape(list.elements.map { max($0.integer ?? -1, -1) }))
  }
}

// MARK: - Calls

extension KerasBuilder {
  /// A use of a layer in a model.
  private struct Use: Hashable {
    var layer: Int
    var call: Int
  }

  /// Adds all calls that a model's outputs need, in the file's order as far as it is one.
  ///
  /// - Returns: The values of the model's outputs.
  /// - Throws: ``ImportError`` for references that lead nowhere or in circles.
  func outputs(
    of model: KerasArchitecture,
    _ inputs: [ValueID],
    weights: KerasWeights,
    prefix: String,
    depth: Int
  ) throws -> [ValueID] {
    try checkCall(of: model, inputCount: inputs.count, depth: depth)
    var results = Dictionary(zip(model.inputs, inputs), uniquingKeysWith: { $1 })
    let positions = Dictionary(
      model.layers.indices.map { (model.layers[$0].name, $0) },
      uniquingKeysWith: { first, _ in first }
    )
    for use in try order(model, positions, Set(model.inputs)) {
      let layer = model.layers[use.layer]
      let values = try call(
        layer,
        layer.calls[use.call],
        results,
        weights: weights,
        prefix: prefix,
        depth: depth
      )
      for (output, id) in values.enumerated() {
        let key = KerasArchitecture.Reference(layer: layer.name, call: use.call, output: output)
        results[key] = id
      }
    }
    return try model.outputs.map { reference in
      guard let id = results[reference] else { throw Self.missing(reference) }
      return id
    }
  }

  private func checkCall(
    of model: KerasArchitecture,
    inputCount: Int,
    depth: Int
  ) throws(ImportError) {
    guard depth < Self.depthLimit else {
      throw .overLimit(place: "models in models", limit: Self.depthLimit)
    }
    guard inputCount == model.inputs.count else {
      throw .invalid(
        place: "model \"\(model.name)\"",
        expected: "\(model.inputs.count) inputs",
        found: "\(inputCount)"
      )
    }
  }

  /// Sorts the calls that the outputs need so that each follows what it reads.
  private func order(
    _ model: KerasArchitecture,
    _ positions: [String: Int],
    _ inputs: Set<KerasArchitecture.Reference>
  ) throws(ImportError) -> [Use] {
    func uses(_ references: [KerasArchitecture.Reference]) throws(ImportError) -> [Use] {
      var uses: [Use] = []
      for reference in references where !inputs.contains(reference) {
        guard let layer = positions[reference.layer],
          reference.call < model.layers[layer].calls.count
        else { throw Self.missing(reference) }
        uses.append(Use(layer: layer, call: reference.call))
      }
      return uses
    }
    var order: [Use] = []
    var state: [Use: Bool] = [:]
    for root in try uses(model.outputs) where state[root] == nil {
      var stack = [(use: root, rest: [Use]()[...])]
      stack[0].rest = try uses(model.layers[root.layer].calls[root.call].tensors)[...]
      state[root] = false
      while let top = stack.last {
        guard let next = top.rest.first else {
          stack.removeLast()
          state[top.use] = true
          order.append(top.use)
          continue
        }
        stack[stack.count - 1].rest.removeFirst()
        if state[next] == true { continue }
        guard state[next] == nil else {
          let name = SafeText.clean(model.layers[next.layer].name)
          throw .graph(.cycle(node: name))
        }
        state[next] = false
        stack.append((next, try uses(model.layers[next.layer].calls[next.call].tensors)[...]))
      }
    }
    return order
  }

  private func call(
    _ layer: KerasArchitecture.Layer,
    _ call: KerasArchitecture.Call,
    _ results: [KerasArchitecture.Reference: ValueID],
    weights: KerasWeights,
    prefix: String,
    depth: Int
  ) throws -> [ValueID] {
    callCount += 1
    guard callCount <= Self.callLimit else {
      throw ImportError.overLimit(place: "the layers of the model", limit: Self.callLimit)
    }
    let arguments = try call.arguments.map { try Self.given($0, results) }
    let own = weights.below(layer.name)
    if KerasArchitecture.modelClasses.contains(layer.className) {
      return try outputs(
        of: KerasArchitecture(Self.model(in: layer)),
        arguments.flatMap(\.tensors),
        weights: own,
        prefix: prefix + layer.name + "/",
        depth: depth + 1
      )
    }
    let node = KerasNode(
      name: prefix + layer.name,
      className: layer.className,
      config: layer.config,
      arguments: arguments,
      named: try call.named.mapValues { try Self.given($0, results) },
      weights: own,
      builder: self
    )
    return try lower(node)
  }

  private static func given(
    _ argument: KerasArchitecture.Argument,
    _ results: [KerasArchitecture.Reference: ValueID]
  ) throws(ImportError) -> Given {
    switch argument {
    case .value(let json): return .value(json)
    case .list(let list):
      var inner: [Given] = []
      for item in list { inner.append(try given(item, results)) }
      return .list(inner)
    case .tensor(let reference):
      guard let id = results[reference] else { throw missing(reference) }
      return .tensor(id)
    }
  }

  /// The description of a model that is a layer, as that of a whole file would be.
  private static func model(in layer: KerasArchitecture.Layer) -> JSONValue {
    .object([
      JSONValue.Member("class_name", .string(layer.className)),
      JSONValue.Member("config", layer.config),
    ])
  }

  /// Adds what a layer computes, or shows it under its name where it cannot run.
  func lower(_ node: KerasNode) throws -> [ValueID] {
    let reason: String?
    do {
      guard let rule = KerasLayers.rules[node.className] else {
        throw KerasUnsupported(reason: "")
      }
      let results = try rule.lower(node)
      passMask(node, results)
      return results
    } catch let error as KerasUnsupported {
      reason = error.reason.isEmpty ? nil : error.reason
    } catch is KerasMissingWeights {
      reason = "its weights are not in the file"
    }
    let op = UnsupportedOperator(node.className, outputCount: 1, reason: reason)
    return [try node.emit(op)]
  }

  /// A mask goes on with the values of layers that work on each step by itself.
  private func passMask(_ node: KerasNode, _ results: [ValueID]) {
    guard let result = results.first, masks[result] == nil,
      !KerasLayers.maskEnds.contains(node.className),
      let mask = node.inputs.lazy.compactMap({ self.masks[$0] }).first
    else { return }
    masks[result] = mask
  }
}
