/// What a pass wants changed, and why.
///
/// The driver applies it; the trail is the fusion log.
package struct GraphEdit: Sendable {
  /// An input of a node that an edit makes.
  package enum Input: Sendable {
    case existing(ValueID?)
    case constant(Tensor)
    /// The first output of the n-th node that this edit makes.
    case made(Int)
  }

  /// A node that an edit makes.
  package struct NewNode: Sendable {
    package var name: String
    package var op: any Operator
    package var inputs: [Input]
    /// The values it writes; `nil` makes a new one, of `outputType` if that is given.
    package var outputs: [ValueID?]
    package var outputType: TensorType?
    package var activation: Activation?
    /// Source nodes that it stands for.
    package var sources: [Int]
  }

  /// One sentence for the log: what was done, with the nodes' names.
  package var reason: String
  package private(set) var removed: [NodeID] = []
  package private(set) var made: [NewNode] = []
  /// Values whose readers read another value from now on.
  package private(set) var redirected: [(from: ValueID, to: Input)] = []
  /// Values whose type changes.
  package private(set) var retyped: [(id: ValueID, type: TensorType)] = []

  package init(_ reason: String) { self.reason = reason }

  /// Removes a node; its outputs must be redirected or written by a new node.
  package mutating func remove(_ node: Node) { removed.append(node.id) }

  /// Makes every reader of a value read another one; nodes that the edit makes are left alone.
  package mutating func redirect(_ from: ValueID, to: Input) { redirected.append((from, to)) }

  /// Changes the type of a value.
  package mutating func retype(_ id: ValueID, _ type: TensorType) { retyped.append((id, type)) }

  /// Adds a node and returns its position for ``Input/made(_:)``.
  @discardableResult
  package mutating func add(
    _ name: String,
    _ op: any Operator,
    inputs: [Input],
    outputs: [ValueID?] = [nil],
    outputType: TensorType? = nil,
    activation: Activation? = nil,
    sources: [Int]
  ) -> Int {
    made.append(
      NewNode(
        name: name,
        op: op,
        inputs: inputs,
        outputs: outputs,
        outputType: outputType,
        activation: activation,
        sources: sources
      )
    )
    return made.count - 1
  }

  /// Replaces a node by one with the same outputs, absorbing the source nodes of `absorbed`.
  package mutating func replace(
    _ node: Node,
    with op: any Operator,
    inputs: [Input],
    activation: Activation? = nil,
    absorbing absorbed: [Node] = []
  ) {
    remove(node)
    add(
      node.name,
      op,
      inputs: inputs,
      outputs: node.outputs,
      activation: activation ?? node.activation,
      sources: (absorbed.flatMap(\.sources) + node.sources)
    )
  }
}

extension Graph {
  /// Returns the graph with an edit applied, sorted, with types inferred anew and checked.
  ///
  /// - Throws: ``GraphError`` when the edit leaves the graph broken.
  package func applying(_ edit: GraphEdit) throws(GraphError) -> Graph {
    var graph = self
    let removed = Set(edit.removed)
    var kept = nodes.filter { !removed.contains($0.id) }
    var made: [Node] = []
    for new in edit.made { made.append(graph.make(new, made.map { $0.outputs.first ?? nil })) }
    let madeOutputs = made.map { $0.outputs.first ?? nil }
    for (id, type) in edit.retyped { graph[id].type = .tensor(type) }
    for (from, to) in edit.redirected {
      guard let target = graph.resolve(to, madeOutputs) else { continue }
      for position in kept.indices {
        kept[position].inputs = kept[position].inputs.map { $0 == from ? target : $0 }
      }
      graph.outputs = graph.outputs.map { $0 == from ? target : $0 }
    }
    try graph.setNodes(kept + made)
    return graph
  }

  private mutating func make(_ new: GraphEdit.NewNode, _ made: [ValueID?]) -> Node {
    let inputs = new.inputs.map { resolve($0, made) }
    let outputs = new.outputs.enumerated().map { position, id in
      id ?? addValue("\(new.name):\(position)", new.outputType.map(ValueType.tensor) ?? .unknown)
    }
    return Node(
      id: makeNodeID(),
      name: new.name,
      op: new.op,
      inputs: inputs,
      outputs: outputs,
      activation: new.activation,
      sources: new.sources
    )
  }

  private mutating func resolve(_ input: GraphEdit.Input, _ made: [ValueID?]) -> ValueID? {
    switch input {
    case .existing(let id): id
    case .constant(let tensor): addConstant("constant \(values.count)", tensor)
    case .made(let position): made.indices.contains(position) ? made[position] : nil
    }
  }
}
