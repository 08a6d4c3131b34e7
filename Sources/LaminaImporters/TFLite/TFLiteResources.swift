import LaminaCore
import LaminaOperators

/// What variables and tables hold, as far as the nodes of a graph were read.
///
/// A table takes two slots, one for its keys and one for its values; a variable takes one.
struct TFLiteResources {
  /// The name of the resource that a tensor refers to.
  var names: [ValueID: String] = [:]
  /// What a slot holds.
  var contents: [String: ValueID] = [:]
  /// The slots that are read before they are written, with the inputs that bring them in.
  var captured: [(slot: String, input: ValueID)] = []
  /// The slots that were written.
  var written: Set<String> = []
}

/// A graph of the file that a node runs, and what it does to variables and tables.
struct TFLiteInnerGraph {
  var graph: Graph
  var resources: TFLiteResources

  /// The graph with further inputs for the slots `read`, and outputs for the slots `written`.
  func exposing(read: [String], written: [String]) -> Graph {
    var graph = graph
    let own = graph.inputs.dropLast(resources.captured.count)
    var places: [String: ValueID] = [:]
    for (slot, input) in resources.captured { places[slot] = input }
    for slot in read where places[slot] == nil { places[slot] = graph.addValue(slot, .unknown) }
    graph.inputs = own + read.compactMap { places[$0] }
    graph.outputs += written.compactMap { resources.contents[$0] ?? places[$0] }
    graph.reindex()
    return graph
  }
}

extension TFLiteNode {
  /// Takes the input at `position` for the handle of a variable or a table.
  func resourceName(_ position: Int) throws -> String {
    guard position < inputs.count, let id = inputs[position],
      let name = builder.resources.names[id]
    else { throw TFLiteUnsupported(reason: "a resource that no node names") }
    return name
  }

  /// Says which resource the first output refers to.
  func nameResource(_ name: String) {
    if let id = outputs.first, let id { builder.resources.names[id] = name }
  }

  /// Returns what a slot holds here; inside a graph that a node runs, it may come from outside.
  func contents(of slot: String) throws -> ValueID {
    if let known = builder.resources.contents[slot] { return known }
    guard builder.isInner else {
      throw TFLiteUnsupported(reason: "a variable or a table that nothing has filled")
    }
    let input = builder.graph.addInput(slot, .unknown)
    builder.resources.captured.append((slot, input))
    builder.resources.contents[slot] = input
    return input
  }

  /// Adds an output with what a slot holds from here on.
  func write(_ slot: String) {
    let value = builder.graph.addValue("\(place)/\(slot)")
    outputs.append(value)
    builder.resources.contents[slot] = value
    builder.resources.written.insert(slot)
  }

  /// Returns the graphs that the node runs, of the inputs after the first `skipped`.
  ///
  /// What they read of variables and tables becomes further inputs of the node and of each graph,
  /// what any of them writes further outputs.
  ///
  /// - Parameters:
  ///   - numbers: The graphs' numbers in the file.
  ///   - skipped: How many inputs of the node the graphs do not take.
  ///   - isLoop: Whether a graph's outputs are its next inputs; only the last graph's count then.
  /// - Returns: The graphs.
  /// - Throws: ``ImportError``, or a resource that holds nothing here.
  func innerGraphs(_ numbers: [Int], skipping skipped: Int, isLoop: Bool = false) throws -> [Graph]
  {
    var handles: [Int: String] = [:]
    for (position, id) in inputs.dropFirst(skipped).enumerated() {
      if let id, let name = builder.resources.names[id] { handles[position] = name }
    }
    let inner = try numbers.map { try builder.library.inner($0, handles: handles, from: place) }
    var written = Set(inner.flatMap(\.resources.written)).sorted()
    var read = Set(inner.flatMap { $0.resources.captured.map(\.slot) })
    // A branch that does not write a slot gives it back as it was.
    for slot in written where !inner.allSatisfy({ $0.resources.written.contains(slot) }) || isLoop {
      read.insert(slot)
    }
    if isLoop { written = read.sorted() }
    let sorted = read.sorted()
    inputs += try sorted.map { try contents(of: $0) }
    for slot in written { write(slot) }
    return inner.enumerated().map { number, graph in
      let isCondition = isLoop && number < inner.count - 1
      return graph.exposing(read: sorted, written: isCondition ? [] : written)
    }
  }
}

extension TFLiteImporter {
  /// Variables and tables.
  static let resources: [TFLiteRule] = [
    TFLiteRule("VAR_HANDLE") { node in
      try node.handle("\(node.text(0) ?? "")/\(node.text(1) ?? "")")
    },
    TFLiteRule("HASHTABLE") { node in try node.handle("table \(node.int(0))") },
    TFLiteRule("ASSIGN_VARIABLE") { node in
      try node.requireInputs(2...2)
      node.write(try node.resourceName(0))
      return AssignVariable()
    },
    TFLiteRule("READ_VARIABLE") { node in
      try node.requireInputs(1...1)
      node.inputs.append(try node.contents(of: node.resourceName(0)))
      return ReadVariable()
    },
    TFLiteRule("HASHTABLE_IMPORT") { node in
      try node.requireInputs(3...3)
      let name = try node.resourceName(0)
      node.write("\(name) keys")
      node.write("\(name) values")
      return ImportTable()
    },
    TFLiteRule("HASHTABLE_FIND") { node in
      try node.requireInputs(3...3)
      let name = try node.resourceName(0)
      node.inputs += [
        try node.contents(of: "\(name) keys"), try node.contents(of: "\(name) values"),
      ]
      return FindInTable()
    },
    TFLiteRule("HASHTABLE_SIZE") { node in
      try node.requireInputs(1...1)
      node.inputs.append(try node.contents(of: "\(node.resourceName(0)) keys"))
      return TableSize()
    },
  ]
}

extension TFLiteNode {
  fileprivate func handle(_ name: String) throws -> any Operator {
    try requireInputs(0...0)
    nameResource(name)
    return ResourceHandle(name)
  }
}
