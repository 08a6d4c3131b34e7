import LaminaCore

/// A rewrite: states where it matches and what it keeps, and returns an edit.
package protocol RewritePass: Sendable {
  /// The name in the fusion log and in tests.
  static var name: String { get }

  /// How close the outputs stay to those before.
  static var promise: Exactness { get }

  /// The operators that it may match at; none when it may be any.
  static var roots: [any Operator.Type] { get }

  /// The operators of which a graph must have one for it to match; none when that is not known.
  static var needs: [any Operator.Type] { get }

  /// Returns what to change at a node, or `nil` when the pass does not match there.
  func edit(at node: Node, in graph: Graph) throws -> GraphEdit?
}

extension RewritePass {
  package static var roots: [any Operator.Type] { [] }
  package static var needs: [any Operator.Type] { roots }

  /// The nodes to ask, in order.
  fileprivate func candidates(_ graph: Graph) -> [Node] {
    let roots = Self.roots.map { ObjectIdentifier($0) }
    let needs = Self.needs.map { ObjectIdentifier($0) }
    guard needs.isEmpty || graph.nodes.contains(where: { needs.contains($0.operatorID) }) else {
      return []
    }
    return roots.isEmpty ? graph.nodes : graph.nodes.filter { roots.contains($0.operatorID) }
  }
}

/// One entry of the fusion log.
package struct AppliedEdit: Sendable {
  package var pass: String
  /// One sentence with the names of the nodes.
  package var reason: String

  package init(pass: String, reason: String) {
    self.pass = pass
    self.reason = reason
  }
}

/// Passes in the order they run.
package struct PassPipeline: Sendable {
  package var passes: [any RewritePass]

  package init(_ passes: [any RewritePass]) { self.passes = passes }

  /// Returns these passes followed by those of another pipeline.
  package func then(_ next: PassPipeline) -> PassPipeline { PassPipeline(passes + next.passes) }

  /// Sweeps over the graph before a pass must be done; more would be a pass that undoes itself.
  private static let sweepLimit = 64

  /// Returns the graph after all passes, and what they did.
  ///
  /// Each pass sweeps until it matches nowhere; the edits of a sweep that do not remove the same
  /// node are applied at once. Inner graphs of control flow are optimised alike.
  ///
  /// - Parameters:
  ///   - graph: the graph to rewrite.
  ///   - editLimit: stops after so many edits, to find the one that breaks a model.
  /// - Returns: the rewritten graph and the log.
  /// - Throws: ``GraphError`` when a pass leaves the graph broken.
  package func run(
    on graph: Graph,
    editLimit: Int = .max
  ) throws -> (graph: Graph, log: [AppliedEdit]) {
    var graph = graph
    var log: [AppliedEdit] = []
    for pass in passes {
      for _ in 0..<Self.sweepLimit where log.count < editLimit {
        let edits = try sweep(pass, graph, limit: editLimit - log.count)
        if edits.isEmpty { break }
        try graph.apply(edits)
        log += edits.map { AppliedEdit(pass: type(of: pass).name, reason: $0.reason) }
      }
    }
    graph = try optimizingInnerGraphs(graph)
    try graph.verify()
    return (graph, log)
  }

  private func sweep(
    _ pass: any RewritePass,
    _ graph: Graph,
    limit: Int
  ) throws -> [GraphEdit] {
    var edits: [GraphEdit] = []
    var removed = Set<NodeID>()
    for node in pass.candidates(graph) where edits.count < limit && !removed.contains(node.id) {
      guard let edit = try pass.edit(at: node, in: graph), removed.isDisjoint(with: edit.removed)
      else { continue }
      removed.formUnion(edit.removed)
      edits.append(edit)
    }
    return edits
  }

  private func optimizingInnerGraphs(_ graph: Graph) throws -> Graph {
    guard graph.nodes.contains(where: { $0.op.asControlFlow != nil }) else { return graph }
    var graph = graph
    try graph.setNodes(
      graph.nodes.map { node in
        guard let control = node.op.asControlFlow else { return node }
        var node = node
        node.op = try control.mappingGraphs { _, inner in try run(on: inner).graph }
        return node
      }
    )
    return graph
  }
}
