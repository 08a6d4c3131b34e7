import LaminaCore

/// Builds each graph of a file once and finds references that lead in a circle.
final class TFLiteGraphLibrary {
  /// How deep control flow may nest.
  private static let depthLimit = 16

  /// The most nodes of a graph when every reference to an inner graph is counted as a copy.
  private static let nodeLimit = 1_000_000

  let model: TFLiteModel
  private var built: [Int: (graph: Graph, nodeCount: Int)] = [:]
  /// The graphs that are being built, each inside of the one before.
  private var open: [Int] = []
  /// For each of them, the nodes of the inner graphs so far.
  private var innerCounts: [Int] = []

  init(model: TFLiteModel) { self.model = model }

  /// Returns the graph of that number, which `place` refers to.
  func graph(_ number: Int, from place: String) throws(ImportError) -> Graph {
    if let known = built[number] {
      try count(known.nodeCount, place)
      return known.graph
    }
    guard model.subgraphs.indices.contains(number) else {
      throw .invalid(
        place: place,
        expected: "a graph below \(model.subgraphs.count)",
        found: "graph \(number)"
      )
    }
    guard !open.contains(number) else {
      throw .invalid(
        place: place,
        expected: "another graph",
        found: "graph \(number) inside itself"
      )
    }
    guard open.count < Self.depthLimit else {
      throw .overLimit(place: "\(place), nesting of graphs", limit: Self.depthLimit)
    }
    open.append(number)
    innerCounts.append(0)
    let builder = TFLiteGraphBuilder(model.subgraphs[number], number: number, library: self)
    let graph = try builder.build()
    open.removeLast()
    let nodeCount = graph.nodes.count + innerCounts.removeLast()
    try count(nodeCount, place)
    built[number] = (graph, nodeCount)
    return graph
  }

  /// Adds the nodes of an inner graph to those of the graph that refers to it.
  private func count(_ nodeCount: Int, _ place: String) throws(ImportError) {
    guard let last = innerCounts.indices.last else { return }
    innerCounts[last] += nodeCount
    guard innerCounts[last] <= Self.nodeLimit else {
      throw .overLimit(place: "\(place), nodes of inner graphs", limit: Self.nodeLimit)
    }
  }
}
