import LaminaCore
import LaminaWire

/// Builds one graph of the engine from one graph of the file.
final class ONNXGraphBuilder {
  let importer: ONNXImporter
  var graph: Graph

  var tensors: ONNXTensorReader { importer.tensors }

  init(importer: ONNXImporter, name: String) {
    self.importer = importer
    graph = Graph(name: name)
  }

  /// Adds the inputs, constants, nodes and outputs of `proto`, in this order.
  ///
  /// - Parameters:
  ///   - proto: The graph in the file.
  ///   - scope: The names it can read, and learns.
  ///   - inputTypes: The types of inputs for which the file states none.
  /// - Throws: ``ImportError`` that names the place of a missing or doubly written value, a cycle,
  ///   or a type that cannot be.
  func build(
    _ proto: ONNXGraphProto,
    in scope: ONNXScope,
    inputTypes: [ValueType] = []
  ) throws {
    try addConstants(proto, in: scope)
    let types = try Self.declaredTypes(proto)
    for (index, input) in proto.input.enumerated() where !scope.defines(input.name) {
      let place = "input \(index) of \(graph.name)"
      var type = try input.type.valueType(place: place)
      if type == .unknown, index < inputTypes.count { type = inputTypes[index] }
      try scope.define(
        input.name,
        as: graph.addInput(SafeText.clean(input.name), type),
        by: place
      )
    }
    for (index, node) in try Self.sorted(proto.node) {
      try add(node, index: index, types: types, in: scope)
    }
    for (index, output) in proto.output.enumerated() {
      guard let id = scope.value(output.name) else {
        throw ImportError.invalid(
          place: "output \(index) of \(graph.name)",
          expected: "a value that the graph has",
          found: "\"\(SafeText.clean(output.name))\""
        )
      }
      graph.outputs.append(id)
    }
    graph.reindex()
  }

  private func addConstants(_ proto: ONNXGraphProto, in scope: ONNXScope) throws {
    for tensor in proto.initializer {
      let id = graph.addConstant(SafeText.clean(tensor.name), try tensors.tensor(tensor))
      try scope.define(tensor.name, as: id, by: "an initializer")
    }
    for sparse in proto.sparseInitializer {
      let id = graph.addConstant(SafeText.clean(sparse.values.name), try tensors.dense(sparse))
      try scope.define(sparse.values.name, as: id, by: "a sparse initializer")
    }
  }

  /// The types that the file stores for values inside the graph and for its outputs.
  private static func declaredTypes(
    _ proto: ONNXGraphProto
  ) throws(ImportError) -> [String: ValueType] {
    var types: [String: ValueType] = [:]
    for info in proto.valueInfo + proto.output {
      types[info.name] = try info.type.valueType(place: "value \"\(SafeText.clean(info.name))\"")
    }
    return types
  }
}

// MARK: - Nodes

extension ONNXGraphBuilder {
  /// Adds what a node stands for: an operator, several, or the body of a function.
  func add(
    _ proto: ONNXNodeProto,
    index: Int,
    types: [String: ValueType],
    in scope: ONNXScope
  ) throws {
    try importer.countNode()
    let domain = ONNXModel.canonical(proto.domain)
    let ownName = proto.name.isEmpty ? "\(proto.opType)_\(index)" : proto.name
    let name = SafeText.clean(scope.prefix + ownName)
    let inputs = try inputs(of: proto, name: name, in: scope)
    if let function = importer.function(domain, proto.opType, overload: proto.overload) {
      return try expand(function, proto, name: name, inputs: inputs, types: types, in: scope)
    }
    let outputs = try outputs(of: proto, name: name, types: types, in: scope)
    let node = try ONNXNode(
      proto,
      name: name,
      version: scope.version(of: domain),
      inputs: inputs,
      outputs: outputs,
      scope: scope
    )
    guard let rule = importer.rules.rule(domain, proto.opType, version: node.version) else {
      return try node.emitUnsupported()
    }
    do {
      try rule.lower(node)
    } catch let error as ONNXUnsupportedVariant {
      try node.emitUnsupported(reason: error.reason)
    }
  }

  /// The values that a node reads; absent ones are `nil`, and those at the end left out.
  private func inputs(
    of proto: ONNXNodeProto,
    name: String,
    in scope: ONNXScope
  ) throws(ImportError) -> [ValueID?] {
    var inputs: [ValueID?] = []
    for input in proto.input {
      if input.isEmpty || scope.isAbsent(input) {
        inputs.append(nil)
      } else if let id = scope.value(input) {
        inputs.append(id)
      } else {
        throw .invalid(
          place: "node \"\(name)\"",
          expected: "an input that something before it writes",
          found: "\"\(SafeText.clean(input))\""
        )
      }
    }
    while let last = inputs.last, last == nil { inputs.removeLast() }
    return inputs
  }

  /// Makes the values that a node writes.
  private func outputs(
    of proto: ONNXNodeProto,
    name: String,
    types: [String: ValueType],
    in scope: ONNXScope
  ) throws(ImportError) -> [ValueID?] {
    var outputs: [ValueID?] = []
    for output in proto.output {
      guard !output.isEmpty else {
        outputs.append(nil)
        continue
      }
      let id = graph.addValue(SafeText.clean(scope.prefix + output), types[output] ?? .unknown)
      try scope.define(output, as: id, by: "node \"\(name)\"")
      outputs.append(id)
    }
    while let last = outputs.last, last == nil { outputs.removeLast() }
    return outputs
  }

  /// Returns nodes with their numbers, each after those that write what it reads.
  ///
  /// The specification asks for that order, and most files have it.
  static func sorted(
    _ nodes: [ONNXNodeProto]
  ) throws(ImportError) -> [(Int, ONNXNodeProto)] {
    var writers: [String: Int] = [:]
    for (index, node) in nodes.enumerated() {
      for output in node.output where !output.isEmpty { writers[output] = index }
    }
    var waiting = nodes.map { node in
      Set(node.freeNames.compactMap { writers[$0] })
    }
    let isOrdered = waiting.enumerated().allSatisfy { index, needs in
      needs.allSatisfy { $0 < index }
    }
    if isOrdered { return Array(nodes.enumerated()).map { ($0.offset, $0.element) } }
    var readers = [[Int]](repeating: [], count: nodes.count)
    for (index, needs) in waiting.enumerated() { for need in needs { readers[need].append(index) } }
    var ready = nodes.indices.filter { waiting[$0].isEmpty }
    var order: [(Int, ONNXNodeProto)] = []
    while order.count < ready.count {
      let index = ready[order.count]
      order.append((index, nodes[index]))
      for reader in readers[index] {
        waiting[reader].remove(index)
        if waiting[reader].isEmpty { ready.append(reader) }
      }
    }
    guard order.count == nodes.count else {
      let stuck = waiting.firstIndex { !$0.isEmpty } ?? 0
      throw .invalid(
        place: "node \"\(SafeText.clean(nodes[stuck].name))\" (number \(stuck))",
        expected: "inputs that do not depend on its own outputs",
        found: "a cycle"
      )
    }
    return order
  }
}

extension ONNXNodeProto {
  /// Names that the node reads, its nested graphs included.
  fileprivate var freeNames: [String] {
    var names = input
    for attribute in self.attribute {
      for graph in (attribute.hasG ? [attribute.g] : []) + attribute.graphs {
        for node in graph.node { names += node.freeNames }
        names += graph.output.map(\.name)
      }
    }
    return names
  }
}

/// Thrown by a rule for a form of its operator that the engine does not have.
struct ONNXUnsupportedVariant: Error {
  let reason: String
}
