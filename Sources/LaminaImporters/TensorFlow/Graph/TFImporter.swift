import LaminaCore
import LaminaWire

/// Turns a graph of TensorFlow into a source graph.
final class TFImporter {
  let model: TFModel
  let functions: [String: TFFunctionDef]
  private var nodeCount = 0

  /// How many nodes a model may have once its functions are put in place: functions that call
  /// functions twice each grow without bound from a file of a few kilobytes.
  static let nodeLimit = 200_000
  /// How deep functions may call functions.
  static let depthLimit = 48

  /// Every rule table, one per operator family.
  static let tables: [[TFRule]] = [
    constants, activations, arithmetic, comparisons, unaryFunctions, convolutions, poolings,
    normalizations, linear, reductions, movements, slices, gathers, generators, images,
    quantization, lists, controlFlow,
  ]

  /// All rules by the names of their operators.
  static let rules: [String: TFRule] = Dictionary(
    tables.joined().map { ($0.name, $0) },
    uniquingKeysWith: { first, _ in first }
  )

  init(_ model: TFModel) {
    self.model = model
    functions = Dictionary(
      model.graph.library.function.map { ($0.signature.name, $0) },
      uniquingKeysWith: { first, _ in first }
    )
  }

  /// Returns the model's graph with all types inferred.
  ///
  /// - Throws: ``ImportError`` that names the node and what is wrong with it.
  func sourceGraph() throws(ImportError) -> Graph {
    let builder = TFGraphBuilder(importer: self, name: "main")
    do {
      try builder.build(model)
      var graph = try builder.finished()
      graph.metadata = metadata(of: graph)
      try graph.verify()
      return graph
    } catch let error as ImportError {
      throw error
    } catch let error as GraphError {
      throw .graph(error)
    } catch {
      throw .invalid(place: "the model", expected: "a valid graph", found: "\(error)")
    }
  }

  /// Counts a node against the limit.
  func countNode() throws(ImportError) {
    nodeCount += 1
    guard nodeCount <= Self.nodeLimit else {
      throw .overLimit(place: "the nodes of the model", limit: Self.nodeLimit)
    }
  }

  private func metadata(of graph: Graph) -> ModelMetadata {
    var metadata = model.metadata
    if !functions.isEmpty {
      metadata.properties.append((key: "functions", value: "\(functions.count)"))
    }
    metadata.inputs = graph.inputs.map { ModelMetadata.Port(name: graph[$0].name) }
    metadata.outputs = graph.outputs.map { ModelMetadata.Port(name: graph[$0].name) }
    return metadata
  }
}
