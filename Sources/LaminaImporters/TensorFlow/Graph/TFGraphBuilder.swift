import LaminaCore
import LaminaOperators
import LaminaWire

/// Builds one graph of the engine: the model's, or one inside If or While.
final class TFGraphBuilder {
  let importer: TFImporter
  var graph: Graph
  private var variables: [String: ValueID] = [:]

  init(importer: TFImporter, name: String) {
    self.importer = importer
    graph = Graph(name: SafeText.clean(name))
  }

  /// Returns the value of a variable as a constant of this graph.
  func variable(_ name: String, place: String) throws(ImportError) -> ValueID? {
    if let id = variables[name] { return id }
    guard let tensor = try importer.model.variables.tensor(of: name) else { return nil }
    let id = graph.addConstant(SafeText.clean(name), tensor)
    variables[name] = id
    return id
  }

  /// Adds a node and works out the types of what it writes.
  func add(
    _ name: String,
    _ op: any Operator,
    inputs: [ValueID?],
    outputs: [String],
    sourceOp: String
  ) throws(ImportError) -> [ValueID] {
    try importer.countNode()
    let ids = outputs.map { graph.addValue($0) }
    graph.addNode(name, op, inputs: inputs, outputs: ids, sourceOp: sourceOp)
    do { try graph.inferTypeOfLastNode() } catch { throw .graph(error) }
    return ids
  }

  /// Makes a value the graph's next output; one that nothing computes goes through a node.
  func addOutput(_ id: ValueID) throws(ImportError) {
    guard graph.producer(of: id) == nil || graph.outputs.contains(id) else {
      graph.outputs.append(id)
      return
    }
    let name = graph[id].name + " (output)"
    let isTensor = graph[id].type.tensor != nil
    let op: any Operator = isTensor ? Identity() : IdentityValue()
    graph.outputs += try add(name, op, inputs: [id], outputs: [name], sourceOp: "Identity")
  }

  /// Returns the graph without the nodes that no output needs.
  ///
  /// - Throws: `GraphError` for a cycle.
  func finished() throws -> Graph {
    graph.reindex()
    var needed = Set<NodeID>()
    var pending = graph.outputs
    while let id = pending.popLast() {
      guard let node = graph.producer(of: id), needed.insert(node.id).inserted else { continue }
      pending += node.inputs.compactMap { $0 }
    }
    var nodes = graph.nodes.filter { needed.contains($0.id) }
    for index in nodes.indices { nodes[index].sources = [index] }
    try graph.setNodes(nodes)
    return graph
  }
}

// MARK: - The model's graph

extension TFGraphBuilder {
  /// Adds inputs, all that the outputs need, and the outputs.
  func build(_ model: TFModel) throws {
    let scope = TFScope(model.graph.node, in: self)
    let ends = TFEnds(model.graph.node)
    let outputs: [String]
    if let signature = model.signature {
      try addInputs(of: signature, to: scope)
      outputs = signature.outputs.sorted { $0.key < $1.key }.map(\.value.name)
    } else {
      outputs = ends.outputs
      try addPlaceholders(neededBy: outputs, ends, to: scope)
    }
    guard !outputs.isEmpty else {
      throw ImportError.invalid(
        place: "the graph",
        expected: "a node that gives a result",
        found: "none"
      )
    }
    for value in try outputs.flatMap({ try scope.outputs(of: $0) }) {
      guard let id = value.id else { continue }
      try addOutput(id)
    }
  }

  private func addInputs(of signature: TFSignatureDef, to scope: TFScope) throws(ImportError) {
    for (key, info) in signature.inputs.sorted(by: { $0.key < $1.key }) {
      let place = "input \"\(SafeText.clean(key))\" of the signature"
      let end = try scope.endpoint(info.name)
      guard end.output == 0, let dtype = info.dtype.dtype else {
        throw .unsupported(place: place, found: "\"\(SafeText.clean(info.name))\"")
      }
      let shape = try info.tensorShape.shape(place: place)
      let id = graph.addInput(SafeText.clean(end.node), .tensor(TensorType(dtype, shape)))
      scope.results[end.node] = [.value(id)]
    }
  }

  private func addPlaceholders(
    neededBy outputs: [String],
    _ ends: TFEnds,
    to scope: TFScope
  ) throws(ImportError) {
    let needed = ends.nodes(neededBy: outputs)
    for node in importer.model.graph.node where needed.contains(node.name) {
      guard TFEnds.inputOps.contains(node.op) else { continue }
      let place = "node \"\(SafeText.clean(node.name))\""
      let dtype = (node.attr["dtype"] ?? node.attr["T"])?.type.dtype ?? .float32
      let declared = node.attr["_output_shapes"]?.list.shape.first ?? node.attr["shape"]?.shape
      var shape = try declared?.shape(place: place) ?? .unranked
      // Files from before version 24 write an unknown shape as one without axes.
      if shape.rank == 0, importer.model.graph.versions.producer < 24 { shape = .unranked }
      let id = graph.addInput(SafeText.clean(node.name), .tensor(TensorType(dtype, shape)))
      scope.results[node.name] = [.value(id)]
    }
  }
}
