import LaminaCore
import LaminaWire

/// Turns the layers of an ncnn network into a source graph.
enum NcnnImporter {
  /// The rule tables, one per family.
  static let tables: [[NcnnRule]] = [
    inputs, convolutions, poolings, linear, activations, functions, arithmetic, normalizations,
    movements, slices, reductions, recurrent, attention, images, detections,
  ]

  private static let rules: [String: NcnnRule] = Dictionary(
    tables.joined().map { ($0.name, $0) },
    uniquingKeysWith: { first, _ in first }
  )

  /// Returns the source graph of `model`.
  ///
  /// - Parameters:
  ///   - model: The layers.
  ///   - name: What to call the graph.
  ///   - weights: The .bin file; without it the layers that need weights do not run.
  /// - Returns: The graph, whose inputs and outputs have no batch axis.
  /// - Throws: ``ImportError`` for layers that read what nothing writes, or weights cut short.
  static func graph(
    of model: NcnnModel,
    name: String,
    weights: ByteView?
  ) throws(ImportError) -> Graph {
    var builder = NcnnGraphBuilder(name: name, layers: model.layers, weights: weights)
    for layer in model.layers { try add(layer, &builder) }
    try builder.addOutputs()
    return try builder.finish(model)
  }

  private static func add(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws(ImportError) {
    do {
      guard let rule = rules[layer.type] else {
        return try builder.addUnsupported(layer, reason: nil)
      }
      let start = builder.nodeCount
      do {
        try rule.translate(layer, &builder)
      } catch let error as NcnnUnsupported where builder.nodeCount == start {
        try builder.addUnsupported(layer, reason: error.reason)
      }
    } catch let error as ImportError {
      throw error
    } catch let error as NcnnUnsupported {
      throw .unsupported(place: layer.place, found: error.reason)
    } catch {
      throw .invalid(place: layer.place, expected: "parameters that fit", found: "\(error)")
    }
  }
}
