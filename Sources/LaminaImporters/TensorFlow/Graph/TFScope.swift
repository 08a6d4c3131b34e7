import LaminaCore
import LaminaWire

/// The nodes that may name each other: those of the graph, or of one call of a function.
final class TFScope {
  let builder: TFGraphBuilder
  /// What stands before the names of nodes that are made here.
  let prefix: String
  let depth: Int
  /// What nodes and arguments give, by their names.
  var results: [String: [TFValue]] = [:]

  let nodes: [TFNodeDef]
  let positions: [String: Int]
  /// Loops that were looked at, by the names of their conditions.
  var loops: [String: TFLoop] = [:]
  /// How many outputs of a node are read, for operators that are not known.
  private var readOutputs: [String: Int] = [:]

  var importer: TFImporter { builder.importer }

  init(
    _ nodes: [TFNodeDef],
    in builder: TFGraphBuilder,
    prefix: String = "",
    depth: Int = 0
  ) {
    self.nodes = nodes
    self.builder = builder
    self.prefix = prefix
    self.depth = depth
    positions = Dictionary(
      nodes.indices.map { (nodes[$0].name, $0) },
      uniquingKeysWith: { first, _ in first }
    )
  }

  /// Returns a scope for the same nodes in another graph.
  func inner(_ builder: TFGraphBuilder, prefix: String) throws(ImportError) -> TFScope {
    guard depth < TFImporter.depthLimit else {
      throw .overLimit(place: "the nesting of calls and loops", limit: TFImporter.depthLimit)
    }
    return TFScope(nodes, in: builder, prefix: prefix, depth: depth + 1)
  }

  /// Returns what an endpoint such as `name:1` or, in functions, `name:output:1` stands for.
  func value(_ reference: String) throws -> TFValue {
    let end = try endpoint(reference)
    try lower([end.node])
    return try value(end)
  }

  /// Returns one output, or all of a node that is named without a number.
  func outputs(of reference: String) throws -> [TFValue] {
    if reference.contains(":") { return [try value(reference)] }
    try lower([reference])
    return results[reference] ?? []
  }

  private func value(_ end: TFEndpoint) throws(ImportError) -> TFValue {
    if let values = results[end.node], end.output < values.count { return values[end.output] }
    throw .invalid(
      place: "node \"\(SafeText.clean(end.node))\"",
      expected: "output \(end.output)",
      found: "\(results[end.node]?.count ?? 0) outputs"
    )
  }
}

// MARK: - Names

extension TFScope {
  /// Takes the name of an endpoint apart.
  ///
  /// - Throws: ``ImportError`` when the node is not there.
  func endpoint(_ reference: String) throws(ImportError) -> TFEndpoint {
    // Bytes, not characters: a large graph has many thousands of these.
    let parts = reference.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
      .map { String(Substring($0)) }
    let name = parts.first ?? ""
    guard results[name] != nil || positions[name] != nil else {
      throw .invalid(
        place: "an input",
        expected: "the name of a node",
        found: "\"\(SafeText.clean(reference))\""
      )
    }
    guard parts.count > 1 else { return TFEndpoint(node: name, output: 0) }
    var output = Int(parts[parts.count - 1]) ?? 0
    if parts.count > 2, let position = positions[name] {
      output += TFOutputNames.offset(of: parts[1], op: nodes[position].op)
    }
    guard output >= 0, output < 1 << 16 else {
      throw .invalid(place: "an input", expected: "an output's number", found: "\(output)")
    }
    return TFEndpoint(node: name, output: output)
  }

  /// The endpoints that a node reads, without those it only waits for.
  func endpoints(of node: TFNodeDef) throws(ImportError) -> [TFEndpoint] {
    var ends: [TFEndpoint] = []
    for input in node.input where !input.hasPrefix("^") { ends.append(try endpoint(input)) }
    return ends
  }
}

// MARK: - Order

extension TFScope {
  /// Lowers nodes and all that they depend on, in the file's order as far as it is one.
  ///
  /// - Throws: `GraphError.cycle` for a cycle that is no loop.
  func lower(_ names: [String]) throws {
    var needed: Set<Int> = []
    var pending = names.compactMap { results[$0] == nil ? positions[$0] : nil }
    while let position = pending.popLast() {
      guard needed.insert(position).inserted else { continue }
      pending += try dependencies(of: position)
    }
    var state: [Int: Bool] = [:]
    for root in needed.sorted() where state[root] == nil {
      try lower(from: root, &state)
    }
  }

  private func lower(from root: Int, _ state: inout [Int: Bool]) throws {
    var stack = [(node: root, rest: try dependencies(of: root)[...])]
    state[root] = false
    while let top = stack.last {
      guard let next = top.rest.first else {
        stack.removeLast()
        state[top.node] = true
        if results[nodes[top.node].name] == nil { try lower(top.node) }
        continue
      }
      stack[stack.count - 1].rest.removeFirst()
      if state[next] == true { continue }
      guard state[next] == nil else {
        throw GraphError.cycle(node: SafeText.clean(nodes[next].name))
      }
      state[next] = false
      stack.append((next, try dependencies(of: next)[...]))
    }
  }

  /// The positions of the nodes that a node needs and that have no result yet.
  private func dependencies(of position: Int) throws(ImportError) -> [Int] {
    var ends = try endpoints(of: nodes[position])
    if TFLoop.isExit(nodes[position]) {
      ends = try loop(endingAt: nodes[position]).entries(in: self)
    }
    var found: [Int] = []
    for end in ends where results[end.node] == nil {
      readOutputs[end.node] = max(readOutputs[end.node] ?? 1, end.output + 1)
      if let position = positions[end.node] { found.append(position) }
    }
    return found
  }

  /// Lowers a node whose inputs have results.
  private func lower(_ position: Int) throws {
    let source = nodes[position]
    try importer.countNode()
    if TFLoop.isExit(source) { return try lower(loop(endingAt: source)) }
    var inputs: [TFValue] = []
    for end in try endpoints(of: source) { inputs.append(try value(end)) }
    let node = TFNode(source, inputs: inputs, scope: self)
    if let function = importer.functions[source.op] {
      node.results = try call(function, node)
    } else {
      do {
        guard let rule = TFImporter.rules[source.op] else { throw TFUnsupported(reason: "") }
        try rule.lower(node)
      } catch let error as TFUnsupported {
        try node.emitUnsupported(
          reason: error.reason.isEmpty ? nil : error.reason,
          count: readOutputs[source.name] ?? 1
        )
      }
    }
    results[source.name] = node.results
  }
}

// MARK: - Functions

extension TFScope {
  /// Puts the body of a function in the place of its call.
  ///
  /// - Returns: What the function returns, in order.
  /// - Throws: ``ImportError`` when the call does not suit the function.
  func call(_ function: TFFunctionDef, _ node: TFNode) throws -> [TFValue] {
    let scope = try functionScope(
      function,
      arguments: node.inputs,
      in: builder,
      prefix: node.name + "/"
    )
    return try scope.returns(of: function)
  }

  /// Makes a scope of a function's nodes with its arguments in place.
  func functionScope(
    _ function: TFFunctionDef,
    arguments: [TFValue],
    in builder: TFGraphBuilder,
    prefix: String
  ) throws(ImportError) -> TFScope {
    guard depth < TFImporter.depthLimit else {
      throw .overLimit(place: "the nesting of calls and loops", limit: TFImporter.depthLimit)
    }
    let scope = TFScope(function.nodeDef, in: builder, prefix: prefix, depth: depth + 1)
    guard arguments.count == function.signature.inputArg.count else {
      throw .invalid(
        place: "a call of \"\(SafeText.clean(function.signature.name))\"",
        expected: "\(function.signature.inputArg.count) arguments",
        found: "\(arguments.count)"
      )
    }
    for (argument, value) in zip(function.signature.inputArg, arguments) {
      scope.results[argument.name] = [value]
    }
    return scope
  }

  /// What a function returns, in order, out of a scope of its own.
  func returns(of function: TFFunctionDef) throws -> [TFValue] {
    let references = try function.signature.outputArg.map { output in
      guard let reference = function.ret[output.name] else {
        throw ImportError.invalid(
          place: "function \"\(SafeText.clean(function.signature.name))\"",
          expected: "a value to return as \"\(SafeText.clean(output.name))\"",
          found: "none"
        )
      }
      return reference
    }
    try lower(references.map { try endpoint($0).node })
    return try references.map { try value(endpoint($0)) }
  }
}
