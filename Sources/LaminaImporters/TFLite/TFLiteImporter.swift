import LaminaCore

/// Turns the first graph of a TensorFlow Lite file, with those it refers to, into a source graph.
package enum TFLiteImporter {
  /// All rules by the name of the operator in the schema or, for custom operators, in the file.
  private static let rules: [String: TFLiteRule] = Dictionary(
    tables.joined().map { ($0.name, $0) },
    uniquingKeysWith: { first, _ in first }
  )

  /// The rule tables, one per family.
  package static let tables: [[TFLiteRule]] = [
    convolutions, poolings, linear, activations, arithmetic, comparisons, unaryFunctions,
    reductions, normalizations, movements, slices, gathers, constants, quantization, recurrent,
    bidirectional,
    images, controlFlow, resources, stableHLO, text, customOperators,
  ]

  /// Returns the rule for an operator, or `nil` when it is not known.
  static func rule(for code: TFLiteOperatorCode) -> TFLiteRule? { rules[code.name] }

  /// Returns the source graph of `model`.
  ///
  /// - Throws: ``ImportError`` when the model has no graph, or its graph does not hold together.
  package static func graph(of model: TFLiteModel) throws(ImportError) -> Graph {
    guard !model.subgraphs.isEmpty else {
      throw .invalid(place: "model", expected: "at least one graph", found: "none")
    }
    let library = TFLiteGraphLibrary(model: model)
    var graph = try library.graph(0, from: "model")
    do throws(GraphError) {
      try graph.verify()
      try graph.inferTypes()
    } catch { throw .graph(error) }
    return graph
  }
}
