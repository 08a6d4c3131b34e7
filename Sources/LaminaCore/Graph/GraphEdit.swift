/// What a pass wants changed, and why.
///
/// The driver applies it; the trail is the fusion log.
package struct GraphEdit: Sendable {
  /// An input of a node that an edit makes.
  package enum Input: Sendable {
    case existing(ValueID?)
    case constant(Tensor)
    /// An output of the n-th node that this edit makes.
    case made(Int, output: Int = 0)
  }

  /// A node that an edit makes.
  package struct NewNode: Sendable {
    package var name: String
    package var op: any Operator
    package var inputs: [Input]
    /// The values it writes; `nil` makes a new one, of the type in `outputTypes` if there is one.
    package var outputs: [ValueID?]
    package var outputTypes: [TensorType?]
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

  /// Adds a node and returns its position for ``Input/made(_:output:)``.
  @discardableResult
  package mutating func add(
    _ name: String,
    _ op: any Operator,
    inputs: [Input],
    outputs: [ValueID?] = [nil],
    outputTypes: [TensorType?] = [],
    activation: Activation? = nil,
    sources: [Int]
  ) -> Int {
    made.append(
      NewNode(
        name: name,
        op: op,
        inputs: inputs,
        outputs: outputs,
        outputTypes: outputTypes,
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
  /// Applies edits at once, sorts the nodes, and works out the types of what the edits made.
  ///
  /// An edit's redirections hold for every node but those that the same edit makes.
  ///
  /// - Throws: ``GraphError`` when the edits leave a circle or an operator refuses its inputs; the
  ///   graph is of no use then.
  package mutating func apply(_ edits: [GraphEdit]) throws(GraphError) {
    let removed = Set(edits.flatMap(\.removed))
    var made: [(node: Node, edit: Int)] = []
    var redirections = Redirections()
    for (index, edit) in edits.enumerated() {
      var outputs: [[ValueID?]] = []
      for new in edit.made {
        let node = make(new, outputs)
        outputs.append(node.outputs)
        made.append((node, index))
      }
      for (id, type) in edit.retyped { self[id].type = .tensor(type) }
      for (from, to) in edit.redirected {
        if let target = resolve(to, outputs) { redirections.add(from, to: target, by: index) }
      }
    }
    var newNodes: [Node] = []
    newNodes.reserveCapacity(nodes.count + made.count)
    for node in nodes where !removed.contains(node.id) {
      newNodes.append(redirections.applied(to: node, of: nil))
    }
    for (node, edit) in made { newNodes.append(redirections.applied(to: node, of: edit)) }
    outputs = outputs.map { redirections.target(of: $0, for: nil) }
    try setNodes(newNodes)
    try inferTypes(ofNodes: Set(made.map(\.node.id)))
  }

  /// Returns the graph with one edit applied.
  package func applying(_ edit: GraphEdit) throws(GraphError) -> Graph {
    var graph = self
    try graph.apply([edit])
    return graph
  }

  private mutating func make(_ new: GraphEdit.NewNode, _ made: [[ValueID?]]) -> Node {
    let inputs = new.inputs.map { resolve($0, made) }
    let outputs = new.outputs.enumerated().map { position, id in
      id
        ?? addValue(
          "\(new.name):\(position)",
          position < new.outputTypes.count
            ? new.outputTypes[position].map(ValueType.tensor) ?? .unknown : .unknown
        )
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

  private mutating func resolve(_ input: GraphEdit.Input, _ made: [[ValueID?]]) -> ValueID? {
    switch input {
    case .existing(let id): id
    case .constant(let tensor): addConstant("constant \(values.count)", tensor)
    case .made(let node, let output):
      made.indices.contains(node) && made[node].indices.contains(output)
        ? made[node][output] : nil
    }
  }
}

/// Which value stands for another from now on, and for whom.
private struct Redirections {
  /// By the index of the value: what replaces it, and the edit that says so.
  private var targets: [(id: ValueID, edit: Int)?] = []

  mutating func add(_ from: ValueID, to target: ValueID, by edit: Int) {
    while targets.count <= from.index { targets.append(nil) }
    targets[from.index] = (target, edit)
  }

  /// The value that a node made by `edit`, or by none of them, reads in place of another.
  func target(of id: ValueID, for edit: Int?) -> ValueID {
    var id = id
    while id.index < targets.count, let next = targets[id.index], next.edit != edit, next.id != id {
      id = next.id
    }
    return id
  }

  func applied(to node: Node, of edit: Int?) -> Node {
    let inputs = node.inputs.map { id in id.map { target(of: $0, for: edit) } }
    guard inputs != node.inputs else { return node }
    var node = node
    node.inputs = inputs
    return node
  }
}
