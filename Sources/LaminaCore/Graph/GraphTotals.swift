/// What one node costs: arithmetic, and the bytes of what it reads and writes.
package struct NodeCost: Equatable, Sendable {
  package var macs = 0
  package var operations = 0
  /// Elements of constant inputs.
  package var parameters = 0
  package var bytesRead = 0
  package var bytesWritten = 0

  package static func + (a: NodeCost, b: NodeCost) -> NodeCost {
    NodeCost(
      macs: a.macs &+ b.macs,
      operations: a.operations &+ b.operations,
      parameters: a.parameters &+ b.parameters,
      bytesRead: a.bytesRead &+ b.bytesRead,
      bytesWritten: a.bytesWritten &+ b.bytesWritten
    )
  }
}

extension Graph {
  /// Returns the cost of a node; parts that depend on data count as zero.
  package func cost(of node: Node) -> NodeCost {
    var cost = NodeCost()
    let inputs = inputTypes(of: node)
    let outputs = outputTypes(of: node).compactMap { $0 }
    if (inputs.present + outputs).allSatisfy(\.shape.isKnown) {
      let arithmetic = node.op.cost(inputs: inputs, outputs: outputs)
      cost.macs = arithmetic.macs
      cost.operations = arithmetic.operations
    }
    for case let id? in node.inputs {
      if self[id].isWeight { cost.parameters &+= self[id].tensorType.shape.elementCount ?? 0 }
      cost.bytesRead &+= self[id].tensorType.packedByteCount ?? 0
    }
    cost.bytesWritten = outputs.reduce(0) { $0 &+ ($1.packedByteCount ?? 0) }
    return cost
  }

  /// The number of elements of all constants that nodes read, each counted once; of all constants
  /// in a graph that has no nodes.
  package var parameterCount: Int {
    usedWeights.reduce(0) { $0 &+ (self[$1].tensorType.shape.elementCount ?? 0) }
  }

  /// The bytes of all constants that nodes read, each counted once.
  package var weightByteCount: Int {
    usedWeights.reduce(0) { $0 &+ (self[$1].tensorType.packedByteCount ?? 0) }
  }

  private var usedWeights: Set<ValueID> {
    if nodes.isEmpty { return Set(values.filter(\.isWeight).map(\.id)) }
    return Set(nodes.flatMap(\.inputs).compactMap { $0 }.filter { self[$0].isWeight })
  }

  /// The multiply-accumulates of all nodes.
  package var macCount: Int { nodes.reduce(0) { $0 &+ cost(of: $1).macs } }

  /// The largest sum of bytes of activations that are alive at the same time, run in order.
  package var peakActivationByteCount: Int {
    var lastUse = [Int](repeating: -1, count: values.count)
    for (step, node) in nodes.enumerated() {
      for case let id? in node.inputs + node.outputs { lastUse[id.index] = step }
    }
    for id in outputs { lastUse[id.index] = nodes.count }
    let size = values.map { !$0.isWeight ? $0.tensorType.byteCount ?? 0 : 0 }
    var live = inputs.reduce(0) { $0 + size[$1.index] }
    var peak = live
    var ending = [Int](repeating: 0, count: nodes.count + 1)
    for index in values.indices where lastUse[index] >= 0 { ending[lastUse[index]] += size[index] }
    for (step, node) in nodes.enumerated() {
      live += node.outputs.compactMap { $0 }.reduce(0) { $0 + size[$1.index] }
      peak = max(peak, live)
      live -= ending[step]
    }
    return peak
  }

  /// Returns the graph for other input shapes, all types inferred anew.
  ///
  /// - Parameter shapes: new shapes by the name of the input; the rest stays.
  /// - Returns: the graph with new types; nodes and constants are the same.
  /// - Throws: ``GraphError`` when an operator refuses the new shapes.
  package func resized(_ shapes: [String: Shape]) throws(GraphError) -> Graph {
    var graph = self
    for value in values where value.constant == nil {
      guard var type = value.type.tensor else { continue }
      type.contents = nil
      if producer(of: value.id) != nil {
        type.shape = .unranked
      } else if let shape = shapes[value.name] {
        type.shape = shape
      }
      graph[value.id].type = .tensor(type)
    }
    try graph.inferTypes()
    return graph
  }
}
