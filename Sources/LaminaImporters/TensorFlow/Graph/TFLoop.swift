import LaminaCore
import LaminaOperators
import LaminaWire

/// A loop that is written with Enter, Merge, Switch, NextIteration and Exit.
struct TFLoop {
  /// One value that goes around.
  struct Variable {
    var enter: String
    var merge: String
    /// Names of the nodes that part the value, all of one meaning.
    var switches: [String]
    /// The endpoint of the value of the next round.
    var next: String
  }

  var name: String
  /// The endpoint of the condition.
  var condition: String
  var variables: [Variable]
  /// Enter nodes of values that stay as they are.
  var constants: [String]

  static func isExit(_ node: TFNodeDef) -> Bool { node.op == "Exit" || node.op == "RefExit" }

  /// The endpoints that the loop reads from outside.
  func entries(in scope: TFScope) throws(ImportError) -> [TFEndpoint] {
    var ends: [TFEndpoint] = []
    for name in variables.map(\.enter) + constants {
      ends +=
        try scope.node(name).map { node throws(ImportError) in
          try scope.endpoints(of: node)
        } ?? []
    }
    return ends
  }
}

extension TFScope {
  func node(_ name: String) -> TFNodeDef? { positions[name].map { nodes[$0] } }

  private func source(of node: TFNodeDef?, _ input: Int) throws(ImportError) -> TFNodeDef? {
    guard let node, input < node.input.count else { return nil }
    return self.node(try endpoint(node.input[input]).node)
  }

  /// Finds all parts of the loop that an Exit ends.
  ///
  /// - Throws: ``ImportError`` when a part is missing.
  func loop(endingAt exit: TFNodeDef) throws(ImportError) -> TFLoop {
    let place = "the loop at node \"\(SafeText.clean(exit.name))\""
    guard let end = try source(of: exit, 0), let condition = try source(of: end, 1),
      condition.op == "LoopCond", let test = condition.input.first
    else { throw .invalid(place: place, expected: "a Switch and a LoopCond", found: "none") }
    if let known = loops[condition.name] { return known }
    var variables: [TFLoop.Variable] = []
    for node in nodes where node.op == "Switch" || node.op == "RefSwitch" {
      guard try source(of: node, 1)?.name == condition.name else { continue }
      guard let merge = try source(of: node, 0), merge.input.count >= 2,
        let enter = try source(of: merge, 0), enter.op.hasSuffix("Enter"),
        let next = try source(of: merge, 1), next.op.hasSuffix("NextIteration"),
        let value = next.input.first
      else { throw .invalid(place: place, expected: "Enter and NextIteration", found: "neither") }
      if let old = variables.firstIndex(where: { $0.merge == merge.name }) {
        variables[old].switches.append(node.name)
      } else {
        variables.append(
          TFLoop.Variable(
            enter: enter.name,
            merge: merge.name,
            switches: [node.name],
            next: value
          )
        )
      }
    }
    let loop = TFLoop(
      name: condition.name,
      condition: test,
      variables: variables,
      constants: constants(besides: variables)
    )
    loops[condition.name] = loop
    return loop
  }

  /// The other Enter nodes of the same frame.
  private func constants(besides variables: [TFLoop.Variable]) -> [String] {
    let entered = Set(variables.map(\.enter))
    guard let frame = variables.first.flatMap({ node($0.enter)?.attr["frame_name"]?.s }) else {
      return []
    }
    return nodes.filter {
      $0.op.hasSuffix("Enter") && $0.attr["frame_name"]?.s == frame && !entered.contains($0.name)
    }.map(\.name)
  }

  /// Turns a loop into one node; all its exits get their results.
  func lower(_ loop: TFLoop) throws {
    let enters = loop.variables.map(\.enter) + loop.constants
    let initial = try enters.map { name in
      guard let reference = node(name)?.input.first else { return TFValue.handle }
      return try value(reference)
    }
    let condition = try graph(of: loop, initial, name: "cond") { inner in
      [try inner.value(loop.condition)]
    }
    let count = loop.variables.count
    let body = try graph(of: loop, initial, name: "body") { inner in
      try loop.variables.map { try inner.value($0.next) }
        + loop.constants.map { try inner.value($0) }
    }
    let carried = initial.compactMap(\.id)
    let name = SafeText.clean(prefix + loop.name)
    let names = carried.indices.map { $0 == 0 ? name : "\(name):\($0)" }
    guard body.outputs.count == carried.count, condition.outputs.count == 1 else {
      throw ImportError.invalid(
        place: "the loop \"\(name)\"",
        expected: "\(carried.count) values that go around",
        found: "\(body.outputs.count)"
      )
    }
    let op = While(condition: condition, body: body)
    var ids = try builder.add(name, op, inputs: carried, outputs: names, sourceOp: "While")[...]
    let results = initial.map { $0.id == nil ? $0 : ids.popFirst().map(TFValue.value) ?? .handle }
    for (variable, result) in zip(loop.variables, results.prefix(count)) {
      for exit in nodes where TFLoop.isExit(exit) {
        guard let end = exit.input.first,
          variable.switches.contains(try endpoint(end).node)
        else { continue }
        self.results[exit.name] = [result]
      }
    }
  }

  /// Builds the graph of a loop's condition or body, whose inputs are all that the loop enters.
  private func graph(
    of loop: TFLoop,
    _ initial: [TFValue],
    name: String,
    outputs: (TFScope) throws -> [TFValue]
  ) throws -> Graph {
    let graphName = "\(loop.name)/\(name)"
    let builder = TFGraphBuilder(importer: importer, name: graphName)
    let inner = try inner(builder, prefix: prefix)
    for (index, value) in initial.enumerated() {
      var argument = value
      let variable = index < loop.variables.count ? loop.variables[index] : nil
      let entry = variable?.enter ?? loop.constants[index - loop.variables.count]
      if let id = value.id {
        let type = self.builder.graph[id].type.plain
        argument = .value(builder.graph.addInput(SafeText.clean(prefix + entry), type))
      }
      inner.results[entry] = [argument]
      guard let variable else { continue }
      inner.results[variable.merge] = [argument]
      for name in variable.switches { inner.results[name] = [argument, argument] }
    }
    for case let id? in try outputs(inner).map(\.id) { try builder.addOutput(id) }
    return try builder.finished()
  }
}
