import LaminaCore
import LaminaWire

/// TensorFlow Lite: a FlatBuffers message of schema version 3, with an optional zip of labels behind.
package enum TFLiteFormat: ModelFormat {
  package static let name = "TensorFlow Lite"
  package static let files = "*.tflite"

  package static var operators: [String] {
    TFLiteImporter.tables.joined().map(\.name)
  }

  /// The mark that the schema puts behind the message's first offset.
  private static let identifier: StaticString = "TFL3"

  package static func recognizes(_ file: ModelFile) -> Bool {
    file.bytes.has(identifier, at: 4) || looksLikeModel(file.bytes)
  }

  /// Whether a message without the mark has the first fields of a model.
  private static func looksLikeModel(_ bytes: ByteView) -> Bool {
    guard let root = try? FlatBuffer(bytes).root("model"),
      (try? root.integer(0, default: UInt32(0))) == 3,
      let codes = try? root.tables(1, "operator code"), !codes.isEmpty,
      let graphs = try? root.tables(2, "graph"), !graphs.isEmpty
    else { return false }
    return true
  }

  package static func open(_ file: ModelFile) throws(ImportError) -> Graph {
    guard file.bytes.has(identifier, at: 4) else {
      throw .invalid(place: "byte 4", expected: "the mark TFL3", found: "another")
    }
    let model = try TFLiteModelReader.read(file.bytes)
    var graph = try TFLiteImporter.graph(of: model)
    graph.metadata = TFLiteMetadata.read(model, file: file.bytes, graph: graph)
    return graph
  }
}
