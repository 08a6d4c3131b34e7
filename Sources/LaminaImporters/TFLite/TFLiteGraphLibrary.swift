import LaminaCore

/// Builds each graph of a file once and finds references that lead in a circle.
final class TFLiteGraphLibrary {
  /// How deep control flow may nest.
  private static let depthLimit = 16

  /// The most nodes of a graph when every reference to an inner graph is counted as a copy.
  private static let nodeLimit = 1_000_000

  /// A graph, and the resources that it is given.
  private struct Key: Hashable {
    var number: Int
    var handles: [Int: String]?
  }

  let model: TFLiteModel
  private var built: [Key: (graph: TFLiteInnerGraph, nodeCount: Int)] = [:]
  /// The graphs that are being built, each inside of the one before.
  private var open: [Int] = []
  /// For each of them, the nodes of the inner graphs so far.
  private var innerCounts: [Int] = []

  init(model: TFLiteModel) { self.model = model }

  /// Returns the graph of that number, which `place` refers to.
  func graph(_ number: Int, from place: String) throws(ImportError) -> Graph {
    try build(Key(number: number, handles: nil), from: place).graph
  }

  /// Returns the graph of that number for a node at `place`, which passes it references to the
  /// variables and tables `handles`, by the positions of the inputs.
  func inner(
    _ number: Int,
    handles: [Int: String],
    from place: String
  ) throws(ImportError) -> TFLiteInnerGraph {
    try build(Key(number: number, handles: handles), from: place)
  }

  private func build(_ key: Key, from place: String) throws(ImportError) -> TFLiteInnerGraph {
    let number = key.number
    if let known = built[key] {
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
    let builder = TFLiteGraphBuilder(
      model.subgraphs[number],
      number: number,
      handles: key.handles,
      library: self
    )
    let graph = TFLiteInnerGraph(graph: try builder.build(), resources: builder.resources)
    open.removeLast()
    let nodeCount = graph.graph.nodes.count + innerCounts.removeLast()
    try count(nodeCount, place)
    built[key] = (graph, nodeCount)
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
