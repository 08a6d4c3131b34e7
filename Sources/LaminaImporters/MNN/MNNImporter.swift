import LaminaCore
import LaminaWire

/// Turns the operators of an MNN network into a source graph.
enum MNNImporter {
  /// The rule tables, one per family.
  static let tables: [[MNNRule]] = [
    sources, convolutions, poolings, linear, activations, arithmetic, normalizations, movements,
    slices, gathers, reductions, images, quantization,
  ]

  private static let rules: [String: MNNRule] = Dictionary(
    tables.joined().map { ($0.name, $0) },
    uniquingKeysWith: { first, _ in first }
  )

  /// Returns the source graph of `model`.
  ///
  /// - Throws: ``ImportError`` for operators that read what nothing writes, or damaged parameters.
  static func graph(of model: MNNModel, file: ModelFile) throws(ImportError) -> Graph {
    var builder = MNNGraphBuilder(model, file: file)
    for op in model.operators { try add(op, &builder) }
    builder.describe { metadata in
      metadata.format = model.version.map { "MNN \($0)" } ?? "MNN"
      metadata.subgraphs = model.subgraphs.map { ($0.name, $0.operators.count) }
    }
    return try builder.finish()
  }

  private static func add(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws(ImportError) {
    do {
      guard let rule = rules[op.type] else { return try builder.addUnsupported(op, reason: nil) }
      let start = builder.nodeCount
      do {
        try rule.translate(op, &builder)
      } catch let error as MNNUnsupported where builder.nodeCount == start {
        try builder.addUnsupported(op, reason: error.reason)
      }
    } catch let error as ImportError {
      throw error
    } catch let error as WireError {
      throw .wire(error)
    } catch let error as MNNUnsupported {
      throw .unsupported(place: op.place, found: error.reason)
    } catch {
      throw .invalid(place: op.place, expected: "parameters that fit", found: "\(error)")
    }
  }
}
