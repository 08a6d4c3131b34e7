import LaminaCore
import LaminaOperators
import LaminaWire

/// The graph under construction, and the inner graphs of control flow on top of it.
final class TorchGraph {
  private struct Level {
    /// Tells levels apart that take each other's place.
    let number: Int
    var graph: Graph
    var constants: [ObjectIdentifier: ValueID] = [:]
    /// Values of the level below, in the order in which they were first read.
    var captured: [(outer: ValueID, inner: ValueID)] = []
  }

  private var levels: [Level]
  private var levelCount = 1
  private var nameCounts: [String: Int] = [:]
  /// Keeps constants alive, since they are known by their identity.
  private var kept: [TorchTensor] = []
  /// The module whose code is being followed.
  var path = ""
  /// The most nodes of a model.
  static let nodeLimit = 200_000
  private var nodeCount = 0

  init(name: String) { levels = [Level(number: 0, graph: Graph(name: SafeText.clean(name)))] }

  private var top: Int { levels.count - 1 }
  var graph: Graph { levels[top].graph }
  /// The number of the graph that nodes are added to at present.
  var level: Int { levels[top].number }

  /// Returns a name that no other node has.
  private func unique(_ name: String) -> String {
    nameCounts[name, default: 0] += 1
    let count = nameCounts[name, default: 1]
    return count == 1 ? name : "\(name)_\(count)"
  }
}

// MARK: - Values

extension TorchGraph {
  func addInput(_ name: String, _ type: TensorType) -> TorchTensor {
    let id = levels[top].graph.addInput(SafeText.clean(name), .tensor(type))
    return TorchTensor(id: id, level: level, name: name)
  }

  /// Returns the value of the present graph that a tensor stands for.
  ///
  /// - Throws: ``TorchStop/unsupported(_:reason:)`` for a tensor of an inner graph that is closed.
  func id(of tensor: TorchTensor) throws -> ValueID {
    if let constant = tensor.constant {
      if let id = levels[top].constants[ObjectIdentifier(tensor)] { return id }
      let id = levels[top].graph.addConstant(SafeText.clean(tensor.name), constant)
      levels[top].constants[ObjectIdentifier(tensor)] = id
      kept.append(tensor)
      return id
    }
    guard let id = tensor.id, let origin = place(of: tensor) else {
      throw TorchStop.unsupported(
        "prim::If",
        reason: "a tensor from within a branch or loop is used outside of it"
      )
    }
    return captured(id, from: origin, at: top)
  }

  /// Where the graph that a tensor belongs to is among those that are open.
  private func place(of tensor: TorchTensor) -> Int? {
    levels.firstIndex { $0.number == tensor.level }
  }

  private func captured(_ id: ValueID, from origin: Int, at place: Int) -> ValueID {
    if origin >= place { return id }
    let outer = captured(id, from: origin, at: place - 1)
    if let known = levels[place].captured.first(where: { $0.outer == outer }) { return known.inner }
    let value = levels[place - 1].graph[outer]
    let inner = levels[place].graph.addInput(value.name, value.type)
    levels[place].captured.append((outer, inner))
    return inner
  }

  /// What is known of a tensor's type.
  func type(of tensor: TorchTensor) -> TensorType {
    if let constant = tensor.constant {
      return TensorType(
        constant.dtype,
        constant.shape,
        quantization: constant.quantization,
        contents: constant
      )
    }
    guard let id = tensor.id, let place = place(of: tensor) else {
      return TensorType(.float32, .unranked)
    }
    var type = levels[place].graph[id].tensorType
    if let contents = levels[place].graph.constant(id) { type.contents = contents }
    return type
  }

  /// Makes a constant out of numbers that the code states.
  func constant(_ tensor: Tensor, name: String = "constant") -> TorchTensor {
    TorchTensor(constant: tensor, name: path.isEmpty ? name : "\(path).\(name)")
  }

  /// Makes a list of whole numbers as a constant.
  func ints(_ numbers: [Int]) -> TorchTensor {
    constant(Tensor([numbers.count], numbers.map(Int64.init)))
  }
}

// MARK: - Nodes

extension TorchGraph {
  /// Adds a node.
  ///
  /// - Parameters:
  ///   - op: What it does.
  ///   - inputs: What it reads; `nil` for what is left out.
  ///   - source: PyTorch's name of the operator.
  ///   - types: What is known of each output where the inputs do not tell.
  ///   - activation: What is applied to the first output.
  /// - Returns: The outputs.
  /// - Throws: ``TorchStop/invalid(place:expected:found:)`` when the operator refuses its inputs.
  func add(
    _ op: any Operator,
    _ inputs: [TorchTensor?],
    source: String,
    types: [TensorType],
    activation: Activation? = nil
  ) throws -> [TorchTensor] {
    nodeCount += 1
    guard nodeCount < Self.nodeLimit else {
      throw ImportError.overLimit(place: "number of operators", limit: Self.nodeLimit)
    }
    let short = source.split(separator: ":").last.map(String.init) ?? source
    let name = unique(path.isEmpty ? short : "\(path).\(short)")
    let ids = try inputs.map { input in try input.map { try id(of: $0) } }
    let outputs = types.indices.map { index in
      levels[top].graph.addValue(
        SafeText.clean(index == 0 ? name : "\(name).\(index)"),
        .tensor(types[index])
      )
    }
    levels[top].graph.addNode(
      SafeText.clean(name),
      op,
      inputs: ids,
      outputs: outputs,
      activation: activation,
      sourceOp: SafeText.clean(source)
    )
    do { try levels[top].graph.inferTypeOfLastNode() } catch {
      throw TorchStop.invalid(
        place: SafeText.clean(name),
        expected: "inputs that fit",
        found: "\(error)"
      )
    }
    return outputs.map { TorchTensor(id: $0, level: level, name: name) }
  }

  /// Gives a value the name that the code has for it.
  func rename(_ tensor: TorchTensor, _ name: String) {
    guard let id = tensor.id, tensor.constant == nil, tensor.level == level else { return }
    levels[top].graph[id].name = SafeText.clean(name)
  }
}

// MARK: - Inner graphs

extension TorchGraph {
  /// Starts an inner graph; all that follows goes into it.
  func push(_ name: String) {
    levels.append(Level(number: levelCount, graph: Graph(name: name)))
    levelCount += 1
  }

  /// Leaves an inner graph.
  ///
  /// - Returns: It, and what it reads of the graph below, in the order of its last inputs.
  func pop() -> (graph: Graph, captured: [ValueID]) {
    let level = levels.removeLast()
    return (level.graph, level.captured.map(\.outer))
  }

  /// Makes an inner graph read more values of the graph below than it does.
  func extend(_ inner: inout Graph, captured: [ValueID], to wanted: [ValueID], own: Int) {
    var inputs = Array(inner.inputs.prefix(own))
    for id in wanted {
      if let place = captured.firstIndex(of: id) {
        inputs.append(inner.inputs[own + place])
      } else {
        let value = graph[id]
        inputs.append(inner.addValue(value.name, value.type))
      }
    }
    inner.inputs = inputs
    inner.reindex()
  }

  /// Sets the outputs of the present graph.
  ///
  /// - Throws: ``TorchStop/unsupported(_:reason:)`` as ``id(of:)`` does.
  func setOutputs(_ outputs: [TorchTensor]) throws {
    let ids = try outputs.map { try id(of: $0) }
    levels[top].graph.outputs = ids
    levels[top].graph.reindex()
  }

  /// A value of the present graph as a tensor.
  func tensor(_ id: ValueID) -> TorchTensor {
    TorchTensor(id: id, level: level, name: graph[id].name)
  }
}
