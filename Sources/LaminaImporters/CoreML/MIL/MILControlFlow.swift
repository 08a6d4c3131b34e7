import LaminaCore
import LaminaOperators
import LaminaWire

extension MILNode {
  /// Operations that run blocks.
  static let controlFlow: [MILRule] = [
    MILRule("cond", outputs: { try branch($0) }),
    MILRule("while_loop", outputs: { try loop($0) }),
  ]

  /// Adds a block as a graph of its own; its inputs come first.
  private func inner(
    _ block: ProtobufMessage,
    _ name: String,
    inputs: [ValueID]
  ) throws -> MILScope {
    let own = CoreMLBuilder(name: "\(self.name).\(name)")
    let scope = MILScope(self.scope.reader, own, parent: self.scope)
    let declared = try block.messages(1)
    guard declared.count == inputs.count else {
      throw invalid(name, expected: "\(inputs.count) inputs", found: "\(declared.count)")
    }
    for (input, outer) in zip(declared, inputs) {
      let type = try MILReader.type(input.message(2)) ?? builder.graph[outer].type
      let id = own.graph.addInput(SafeText.clean(input.string(1)), type)
      own.bind(input.string(1), to: id)
    }
    try scope.add(block)
    for output in block.strings(2) {
      own.graph.outputs.append(try scope.value(output, for: "\(place), \(name)"))
    }
    return scope
  }

  /// Gives blocks the same captured values in the same order; returns these.
  private func share(_ scopes: [MILScope], ownCount: Int) -> [ValueID] {
    var all: [(name: String, outer: ValueID)] = []
    for capture in scopes.flatMap(\.captures)
    where !all.contains(where: { $0.outer == capture.outer }) {
      all.append((capture.name, capture.outer))
    }
    for scope in scopes {
      let order = all.map { name, outer in
        scope.captures.first { $0.outer == outer }?.inner
          ?? scope.capture(name, outer, type: builder.graph[outer].type)
      }
      scope.builder.graph.inputs = Array(scope.builder.graph.inputs.prefix(ownCount)) + order
    }
    return all.map(\.outer)
  }

  private static func branch(_ node: MILNode) throws -> [ValueID] {
    guard node.blocks.count == 2 else {
      throw node.invalid("blocks", expected: "2", found: "\(node.blocks.count)")
    }
    let yes = try node.inner(node.blocks[0], "then", inputs: [])
    let no = try node.inner(node.blocks[1], "else", inputs: [])
    let captured = node.share([yes, no], ownCount: 0)
    let op = If(then: try finished(yes), else: try finished(no))
    return try node.steps(op, [node.value("pred")] + captured, count: node.outputCount)
  }

  private static func loop(_ node: MILNode) throws -> [ValueID] {
    guard node.blocks.count == 2 else {
      throw node.invalid("blocks", expected: "2", found: "\(node.blocks.count)")
    }
    let values = try node.values("loop_vars")
    let condition = try node.inner(node.blocks[0], "condition", inputs: values)
    let body = try node.inner(node.blocks[1], "body", inputs: values)
    let captured = node.share([condition, body], ownCount: values.count)
    // The engine's loop carries all values: what a body captures it hands on.
    let own = body.builder.graph.inputs.suffix(captured.count)
    body.builder.graph.outputs += own
    let op = While(condition: try finished(condition), body: try finished(body))
    return try node.steps(op, values + captured, count: values.count + captured.count)
  }

  private static func finished(_ scope: MILScope) throws -> Graph {
    scope.builder.graph.reindex()
    try scope.builder.graph.verify()
    try scope.builder.graph.inferTypes()
    return scope.builder.graph
  }
}
