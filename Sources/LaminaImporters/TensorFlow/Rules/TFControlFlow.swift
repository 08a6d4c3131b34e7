import LaminaCore
import LaminaOperators
import LaminaWire

extension TFImporter {
  /// Calls, branches and loops.
  static let controlFlow: [TFRule] = [
    TFRule("PartitionedCall", lowering: call),
    TFRule("StatefulPartitionedCall", lowering: call),
    TFRule("If", lowering: branch),
    TFRule("StatelessIf", lowering: branch),
    TFRule("While", lowering: loop),
    TFRule("StatelessWhile", lowering: loop),
    TFRule("Switch") { node in node.results = try switched(node) },
    TFRule("RefSwitch") { node in node.results = try switched(node) },
    TFRule("Merge", lowering: merge),
    TFRule("RefMerge", lowering: merge),
  ]

  @Sendable private static func call(_ node: TFNode) throws {
    node.results = try node.scope.call(node.function("f"), node)
  }

  /// A branch whose condition is known is put in place; else both become graphs.
  @Sendable private static func branch(_ node: TFNode) throws {
    let (then, otherwise) = (try node.function("then_branch"), try node.function("else_branch"))
    let arguments = Array(node.inputs.dropFirst())
    if let condition = try node.constant(0)?.scalar() {
      let taken = condition != 0 ? then : otherwise
      let scope = try node.scope.functionScope(
        taken,
        arguments: arguments,
        in: node.builder,
        prefix: node.name + "/"
      )
      return node.results = try scope.returns(of: taken)
    }
    let graphs = try [then, otherwise].map { function in
      try node.innerGraph(function, arguments)
    }
    let op = If(then: graphs[0].graph, else: graphs[1].graph)
    let inputs = [try node.condition(0)] + arguments.compactMap(\.id)
    try node.emit(op, inputs, count: graphs[0].graph.outputs.count)
  }

  /// Variables are not carried around the loop, for nothing writes them.
  @Sendable private static func loop(_ node: TFNode) throws {
    let condition = try node.innerGraph(node.function("cond"), node.inputs)
    let body = try node.innerGraph(node.function("body"), node.inputs)
    let carried = node.inputs.compactMap(\.id)
    guard body.graph.outputs.count == carried.count, condition.graph.outputs.count == 1 else {
      throw TFUnsupported(reason: "a loop that does not carry what it is given")
    }
    try node.emit(
      While(condition: condition.graph, body: body.graph),
      carried,
      count: carried.count
    )
    var rest = node.results[...]
    node.results = node.inputs.map { input in
      input.id == nil ? input : rest.popFirst() ?? .handle
    }
  }

  /// Both sides are the input; ``merge(_:)`` chooses.
  private static func switched(_ node: TFNode) throws(ImportError) -> [TFValue] {
    try node.requireInputs(2...2)
    return [node.inputs[0], node.inputs[0]]
  }

  /// Takes the input that comes from the side of the switch that the condition names.
  @Sendable private static func merge(_ node: TFNode) throws {
    try node.requireInputs(2...2)
    guard let choice = try node.scope.choice(of: node.source) else {
      throw TFUnsupported(reason: "its branches do not come from one condition")
    }
    let (yes, no) = (node.inputs[choice.whenTrue], node.inputs[1 - choice.whenTrue])
    guard let condition = try node.scope.value(choice.condition).id else {
      throw node.invalid("a condition", "a handle")
    }
    if let tensor = node.builder.graph.constant(condition)
      ?? node.builder.graph[condition].type.tensor?.contents
    {
      let taken = try tensor.scalar() != 0
      return node.results = [taken ? yes : no, .value(condition)]
    }
    guard let a = yes.id, let b = no.id else { throw TFUnsupported(reason: "a choice of handles") }
    try node.emit(try choose(a, b, node), [condition, a, b])
    node.results.append(.value(try node.add(Cast(to: .int32), [condition], "index")))
  }

  /// Picks element by element where both have one shape, and as a whole where not.
  private static func choose(
    _ yes: ValueID,
    _ no: ValueID,
    _ node: TFNode
  ) throws -> any Operator {
    let graph = node.builder.graph
    if let a = graph[yes].type.tensor, let b = graph[no].type.tensor, a.shape == b.shape,
      a.shape.isKnown
    {
      return Where()
    }
    let graphs = try [0, 1].map { taken in
      let inner = TFGraphBuilder(importer: node.scope.importer, name: taken == 0 ? "then" : "else")
      let inputs = [yes, no].map { inner.graph.addInput(graph[$0].name, graph[$0].type.plain) }
      try inner.addOutput(inputs[taken])
      return try inner.finished()
    }
    return If(then: graphs[0], else: graphs[1])
  }
}

extension TFNode {
  /// An input as one truth value; a number is true unless it is 0.
  func condition(_ position: Int) throws -> ValueID {
    let id = try value(position)
    guard builder.graph[id].type.tensor?.dtype != .bool else { return id }
    return try add(Cast(to: .bool), [id], "condition")
  }

  /// Builds a graph of its own for a function that If or While runs.
  ///
  /// - Parameters:
  ///   - function: The function.
  ///   - arguments: What it is called with; handles go in as they are, tensors become inputs.
  /// - Returns: The graph.
  /// - Throws: ``ImportError`` that says what is wrong with the function.
  func innerGraph(
    _ function: TFFunctionDef,
    _ arguments: [TFValue]
  ) throws -> (graph: Graph, builder: TFGraphBuilder) {
    let inner = TFGraphBuilder(importer: scope.importer, name: function.signature.name)
    let names = function.signature.inputArg.map { SafeText.clean($0.name) }
    let inputs = arguments.enumerated().map { index, argument -> TFValue in
      guard let id = argument.id else { return argument }
      let name = index < names.count ? names[index] : "argument \(index)"
      return .value(inner.graph.addInput(name, builder.graph[id].type.plain))
    }
    let scope = try scope.functionScope(function, arguments: inputs, in: inner, prefix: "")
    for case let id? in try scope.returns(of: function).map(\.id) { try inner.addOutput(id) }
    return (try inner.finished(), inner)
  }
}

extension ValueType {
  /// The type without what is known of the elements.
  var plain: ValueType {
    guard case .tensor(var type) = self else { return self }
    type.contents = nil
    return .tensor(type)
  }
}
