/// A network as a value: typed edges, and nodes in topological order.
///
/// `values` is indexed by ``ValueID/index``; a value that no node uses any more may remain.
package struct Graph: Sendable {
  package var name: String
  package private(set) var values: [Value] = []
  package private(set) var nodes: [Node] = []
  package var inputs: [ValueID] = []
  package var outputs: [ValueID] = []
  package var metadata = ModelMetadata()
  private var nextNode = 0
  /// For each value the position of the node that writes it; -1 for inputs and constants.
  private var producers: [Int] = []
  private var readers: [Int] = []

  package init(name: String) { self.name = name }
}

// MARK: - Reading

extension Graph {
  package subscript(_ id: ValueID) -> Value {
    // Yielded, not returned: a copy of a value costs more than most questions about it.
    _read { yield values[id.index] }
    _modify { yield &values[id.index] }
  }

  /// The elements of a value that is a constant.
  package func constant(_ id: ValueID?) -> Tensor? { id.flatMap { values[$0.index].constant } }

  /// The node that writes a value; `nil` for inputs and constants.
  package func producer(of id: ValueID?) -> Node? {
    guard let id, producers[id.index] >= 0 else { return nil }
    return nodes[producers[id.index]]
  }

  /// The node that writes a value, when its operator is of the given type.
  package func producer<Op: Operator>(of id: ValueID?, as type: Op.Type) -> (node: Node, op: Op)? {
    guard let node = producer(of: id), let op = node.op as? Op else { return nil }
    return (node, op)
  }

  /// How many times nodes and the graph's outputs read a value.
  package func readerCount(of id: ValueID?) -> Int { id.map { readers[$0.index] } ?? 0 }

  /// The nodes that read a value, in order.
  package func readers(of id: ValueID) -> [Node] {
    var left = readers[id.index]
    var found: [Node] = []
    for position in (producers[id.index] + 1)..<nodes.count where left > 0 {
      let uses = nodes[position].inputs.count { $0 == id }
      if uses > 0 { found.append(nodes[position]) }
      left -= uses
    }
    return found
  }

  /// The position of a node.
  package func position(of id: NodeID) -> Int? { nodes.firstIndex { $0.id == id } }

  /// The types of a node's inputs, with the contents of constants.
  package func inputTypes(of node: Node) -> TypeInputs {
    TypeInputs(
      node.inputs.map { id in
        id.map { id in
          var type = values[id.index].tensorType
          if let constant = values[id.index].constant { type.contents = constant }
          return type
        }
      }
    )
  }

  /// The types of a node's outputs; those that nobody asked for are `nil`.
  package func outputTypes(of node: Node) -> [TensorType?] {
    node.outputs.map { $0.map { values[$0.index].tensorType } }
  }

  /// The names of weights that no file holds.
  package var absentWeights: [String] { values.filter(\.isAbsent).map(\.name) }

  /// The operators that are known by name only, each once, in order; inner graphs included.
  package var unsupportedOperators: [String] {
    var names: [String] = []
    for node in nodes {
      if let op = node.op as? UnsupportedOperator { names.append(op.sourceName) }
      if let op = node.op.asControlFlow {
        names += op.graphs.flatMap(\.graph.unsupportedOperators)
      }
    }
    var seen = Set<String>()
    return names.filter { seen.insert($0).inserted }
  }
}

// MARK: - Building

extension Graph {
  /// Adds a value that nothing writes yet.
  @discardableResult
  package mutating func addValue(
    _ name: String,
    _ type: ValueType = .unknown,
    constant: Tensor? = nil
  ) -> ValueID {
    let id = ValueID(values.count)
    values.append(Value(id: id, name: name, type: type, constant: constant))
    producers.append(-1)
    readers.append(0)
    return id
  }

  /// Adds a constant.
  @discardableResult
  package mutating func addConstant(_ name: String, _ tensor: Tensor) -> ValueID {
    addValue(name, .tensor(tensor.type), constant: tensor)
  }

  /// Adds a weight whose elements no file holds.
  @discardableResult
  package mutating func addAbsentWeight(_ name: String, _ type: TensorType) -> ValueID {
    let id = addValue(name, .tensor(type))
    values[id.index].isAbsent = true
    return id
  }

  /// Adds a value as the graph's next input.
  @discardableResult
  package mutating func addInput(_ name: String, _ type: ValueType) -> ValueID {
    let id = addValue(name, type)
    inputs.append(id)
    return id
  }

  /// Appends a node; `sources` defaults to itself, as in a source graph.
  @discardableResult
  package mutating func addNode(
    _ name: String,
    _ op: any Operator,
    inputs: [ValueID?],
    outputs: [ValueID?],
    activation: Activation? = nil,
    sourceOp: String? = nil,
    sources: [Int]? = nil
  ) -> NodeID {
    let id = NodeID(nextNode)
    nextNode += 1
    let node = Node(
      id: id,
      name: name,
      op: op,
      inputs: inputs,
      outputs: outputs,
      activation: activation,
      sourceOp: sourceOp,
      sources: sources ?? [nodes.count]
    )
    nodes.append(node)
    note(node, at: nodes.count - 1)
    return id
  }

  private mutating func note(_ node: Node, at position: Int) {
    for case let id? in node.outputs where values.indices.contains(id.index) {
      producers[id.index] = position
    }
    for case let id? in node.inputs where values.indices.contains(id.index) {
      readers[id.index] += 1
    }
  }

  /// Replaces all nodes, sorted so that each follows what it reads.
  ///
  /// - Throws: ``GraphError/cycle(node:)``.
  package mutating func setNodes(_ newNodes: [Node]) throws(GraphError) {
    nodes = try Self.sorted(newNodes, valueCount: values.count)
    nextNode = max(nextNode, (nodes.map(\.id.index).max() ?? -1) + 1)
    reindex()
  }

  /// Takes an unused name for a node that a pass makes.
  package mutating func makeNodeID() -> NodeID {
    defer { nextNode += 1 }
    return NodeID(nextNode)
  }

  /// Brings the tables of writers and readers up to date.
  package mutating func reindex() {
    producers = [Int](repeating: -1, count: values.count)
    readers = [Int](repeating: 0, count: values.count)
    for position in nodes.indices { note(nodes[position], at: position) }
    for id in outputs where values.indices.contains(id.index) { readers[id.index] += 1 }
  }

  /// Sorts nodes by what they read, keeping the given order where it is free.
  private static func sorted(_ nodes: [Node], valueCount: Int) throws(GraphError) -> [Node] {
    var writers = [Int](repeating: -1, count: valueCount)
    for (position, node) in nodes.enumerated() {
      for case let id? in node.outputs where id.index < valueCount { writers[id.index] = position }
    }
    let needs = nodes.map { node in
      node.inputs.map { id in
        guard let id, id.index < valueCount else { return -1 }
        return writers[id.index]
      }
    }
    if needs.indices.allSatisfy({ position in needs[position].allSatisfy { $0 < position } }) {
      return nodes
    }
    return try order(needs) { nodes[$0].name }.map { nodes[$0] }
  }

  /// Returns positions so that each follows those that it needs; −1 is none.
  private static func order(
    _ needs: [[Int]],
    name: (Int) -> String
  ) throws(GraphError) -> [Int] {
    enum State { case waiting, open, done }
    var order: [Int] = []
    order.reserveCapacity(needs.count)
    var states = [State](repeating: .waiting, count: needs.count)
    var stack: [(position: Int, next: Int)] = []
    for root in needs.indices where states[root] == .waiting {
      states[root] = .open
      stack.append((root, 0))
      while let (position, next) = stack.last {
        guard next < needs[position].count else {
          states[position] = .done
          order.append(position)
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].next += 1
        let needed = needs[position][next]
        if needed < 0 || states[needed] == .done { continue }
        if states[needed] == .open { throw .cycle(node: name(needed)) }
        states[needed] = .open
        stack.append((needed, 0))
      }
    }
    return order
  }
}
