import LaminaCore
import LaminaOperators
import LaminaWire

/// The inputs of a method, as far as its parameters tell.
struct TorchPorts {
  var inputs: [TorchInput] = []

  /// How a parameter is filled.
  enum Filling {
    case input(Int)
    case number(Int)
    case inputs([Int])
    case initial
    case missing(String)
  }

  private(set) var fillings: [Filling] = []

  init(_ function: TorchFunction, guess: Int? = nil) {
    for parameter in function.parameters.dropFirst() {
      fillings.append(add(parameter, guess: guess))
    }
  }

  private mutating func add(_ parameter: TorchParameter, guess: Int?) -> Filling {
    var type = parameter.type
    if case .item(let base, let inner)? = type, base.path == "Optional" {
      if parameter.initial != nil { return .initial }
      type = inner
    }
    switch type {
    case .name("Tensor")?, nil:
      inputs.append(TorchInput(name: parameter.name, guess: guess))
      return .input(inputs.count - 1)
    case .item(.name("Tuple"), let inner)?:
      var items = [inner]
      if case .tuple(let all) = inner { items = all }
      guard items.allSatisfy({ $0.path == "Tensor" }) else { return .missing(parameter.name) }
      let first = inputs.count
      for index in items.indices {
        inputs.append(TorchInput(name: "\(parameter.name).\(index)", guess: guess))
      }
      return .inputs(Array(first..<inputs.count))
    case .name("int")? where parameter.initial == nil:
      inputs.append(TorchInput(name: parameter.name, rank: 0, dtype: .int64))
      return .number(inputs.count - 1)
    default: return parameter.initial == nil ? .missing(parameter.name) : .initial
    }
  }
}

/// One attempt to follow `forward` with what is known of the inputs by then.
struct TorchRun {
  let archive: TorchArchive
  let data: PickleValue
  let forward: TorchFunction

  /// Returns the graph; what is learned of the inputs goes into `ports`.
  ///
  /// - Throws: ``TorchStop/restart`` when something was learned, ``TorchStop`` or ``ImportError``.
  func graph(_ ports: inout TorchPorts) throws -> Graph {
    let interpreter = TorchInterpreter(archive: archive, inputs: ports.inputs)
    defer { ports.inputs = interpreter.inputs }
    let root = try load(interpreter)
    let tensors = addInputs(interpreter)
    var named: [String: TorchValue] = [:]
    for (parameter, filling) in zip(forward.parameters.dropFirst(), ports.fillings) {
      switch filling {
      case .input(let index): named[parameter.name] = .tensor(tensors[index])
      case .number(let index): named[parameter.name] = .number(tensors[index])
      case .inputs(let indices):
        named[parameter.name] = .tuple(indices.map { .tensor(tensors[$0]) })
      case .initial: break
      case .missing(let name):
        throw TorchStop.unsupported(
          "input \(name)",
          reason: "only tensors, tuples of tensors and whole numbers can be given"
        )
      }
    }
    let result = try interpreter.follow(forward, of: root, [], named: named)
    return try finish(interpreter, result)
  }

  private func load(_ interpreter: TorchInterpreter) throws -> TorchObject {
    if let pickle = try archive.pickle("constants.pkl") {
      let reader = TorchObjectReader(interpreter, folders: ["constants", "data"])
      interpreter.constants = try reader.value(pickle, path: "CONSTANTS").items ?? []
      for (index, constant) in interpreter.constants.enumerated() {
        constant.tensor?.name = "c\(index)"
        if case .object(let object) = constant { object.path = "c\(index)" }
      }
    }
    let reader = TorchObjectReader(interpreter, folders: ["data", "constants"])
    guard case .object(let root) = try reader.value(data, path: "") else {
      throw ImportError.invalid(place: "data.pkl", expected: "a module", found: "something else")
    }
    return root
  }

  private func addInputs(_ interpreter: TorchInterpreter) -> [TorchTensor] {
    interpreter.inputs.enumerated().map { index, input in
      let tensor = interpreter.graph.addInput(input.name, input.type)
      tensor.origin = index
      return tensor
    }
  }

  // MARK: End

  private func finish(_ interpreter: TorchInterpreter, _ result: TorchValue) throws -> Graph {
    let outputs = Self.outputs(in: result, interpreter)
    guard !outputs.isEmpty else {
      throw TorchStop.unsupported("forward", reason: "it gives back no tensor: \(result.kind)")
    }
    try interpreter.graph.setOutputs(Self.distinct(outputs, interpreter))
    var graph = interpreter.graph.graph
    for (id, input) in zip(graph.inputs, interpreter.inputs) where input.rank == nil {
      if let type = input.assumedType { graph[id].type = .tensor(type) }
      graph[id].isShapeAssumed = true
    }
    return try Self.finished(graph, archive)
  }

  /// The tensors and numbers within a result, named after where they are in it.
  private static func outputs(
    in value: TorchValue,
    named name: String = "",
    _ interpreter: TorchInterpreter
  ) -> [(name: String, tensor: TorchTensor)] {
    switch value {
    case .tensor(let tensor), .number(let tensor): return [(name, tensor)]
    case .list, .tuple:
      return (value.items ?? []).enumerated().flatMap { index, item in
        outputs(in: item, named: "\(name.isEmpty ? "output" : name)_\(index)", interpreter)
      }
    case .dictionary(let dictionary):
      return dictionary.items.flatMap { item -> [(name: String, tensor: TorchTensor)] in
        guard case .string(let key) = item.key else { return [] }
        return outputs(in: item.value, named: key, interpreter)
      }
    case .int, .double, .bool:
      return interpreter.constant(of: value).map { [(name, $0)] } ?? []
    default: return []
    }
  }

  /// Gives each output a value of its own, which inputs, constants and repetitions are not.
  private static func distinct(
    _ outputs: [(name: String, tensor: TorchTensor)],
    _ interpreter: TorchInterpreter
  ) throws -> [TorchTensor] {
    let call = TorchCall(name: "prim::Output", arguments: [], named: [:], interpreter: interpreter)
    var seen = Set<ValueID>()
    return try outputs.map { name, tensor in
      var tensor = tensor
      let isInput = tensor.id.map { interpreter.graph.graph.inputs.contains($0) } ?? false
      let isNew = seen.insert(try interpreter.graph.id(of: tensor)).inserted
      if isInput || tensor.constant != nil || !isNew {
        tensor = try call.node(Identity(), [tensor])
      }
      interpreter.graph.rename(tensor, name.isEmpty ? "output" : name)
      return tensor
    }
  }

  /// Takes away what no output needs, and checks the rest.
  private static func finished(_ graph: Graph, _ archive: TorchArchive) throws -> Graph {
    var graph = graph
    var needed = Set(graph.outputs)
    var kept: [Node] = []
    for node in graph.nodes.reversed()
    where node.outputs.contains(where: { $0.map(needed.contains) ?? false }) {
      kept.append(node)
      needed.formUnion(node.inputs.compactMap { $0 })
    }
    var nodes = Array(kept.reversed())
    for index in nodes.indices { nodes[index].sources = [index] }
    try graph.setNodes(nodes)
    try graph.verify()
    try graph.inferTypes()
    try TorchMetadata.describe(&graph, archive)
    return graph
  }

  /// Returns a graph of one unsupported operator, for code that cannot be followed to its end.
  func stub(_ ports: inout TorchPorts, _ stop: TorchStop) throws -> Graph {
    let interpreter = TorchInterpreter(archive: archive, inputs: ports.inputs)
    _ = try load(interpreter)
    var tensors = addInputs(interpreter)
    if tensors.isEmpty {
      tensors = [interpreter.graph.addInput("input", TensorType(.float32, .unranked))]
    }
    let (name, reason) = Self.sentence(stop)
    let result = try interpreter.graph.add(
      UnsupportedOperator(name, outputCount: 1, reason: reason),
      tensors,
      source: name,
      types: [TensorType(.float32, .unranked)]
    )
    return try finish(interpreter, .tensor(result[0]))
  }

  private static func sentence(_ stop: TorchStop) -> (name: String, reason: String) {
    switch stop {
    case .restart, .rankNeeded: ("forward", "nothing tells the shapes of the inputs")
    case .unsupported(let name, let reason): (SafeText.clean(name, limit: 120), reason)
    case .raised(let text): ("forward", "the model raises \(SafeText.clean(text, limit: 200))")
    case .invalid(let place, let expected, let found):
      (
        "forward",
        SafeText.clean("\(place): expected \(expected), found \(found)", limit: 300)
      )
    }
  }
}
