import LaminaCore
import LaminaWire

/// Recognises and opens TensorFlow's checkpoints: `.index` with `.data-…`, and `.meta` beside them.
///
/// The graph is in the `.meta` file; without it the variables are shown.
package enum TFCheckpointFormat: ModelFormat {
  package static let name = "TensorFlow checkpoint"
  package static let files = "*.meta, *.index, *.data-*"

  package static var operators: [String] {
    TFImporter.tables.joined().map(\.name)
  }

  package static func recognizes(_ file: ModelFile) -> Bool {
    if TFBundleTable.recognizes(file.bytes) { return true }
    return file.bytes.withUnsafeBytes { bytes in
      var reader = ProtobufReader(bytes)
      guard let first = try? reader.next(), first.number == 1, first.encoding == .delimited else {
        return false
      }
      guard let second = try? reader.next(), second.number == 2, second.encoding == .delimited
      else {
        return false
      }
      var graph = reader.reader(of: second)
      guard let node = try? graph.next(), node.number == 1, node.encoding == .delimited else {
        return false
      }
      return TFRecognition.isNode(graph.reader(of: node), in: bytes)
        && TFRecognition.isMetaGraph(ProtobufReader(bytes))
    }
  }

  package static func isPart(_ file: ModelFile) -> Bool {
    let index = stem(of: file) + ".index"
    return !TFBundleTable.recognizes(file.bytes) && file.hasNeighbour(named: index)
  }

  package static func open(_ file: ModelFile) throws(ImportError) -> Graph {
    let stem = Self.stem(of: file)
    if TFBundleTable.recognizes(file.bytes) {
      let checkpoint = try TFCheckpoint(index: file.bytes, stem: stem, beside: file)
      guard file.hasNeighbour(named: stem + ".meta") else { return try variables(checkpoint) }
      return try graph(try file.inner(named: stem + ".meta", for: "the graph"), checkpoint)
    }
    let hasIndex = !stem.isEmpty && file.hasNeighbour(named: stem + ".index")
    return try graph(file, hasIndex ? try TFCheckpoint(stem, beside: file) : nil)
  }

  /// The file's name without its ending.
  private static func stem(of file: ModelFile) -> String {
    let name = file.path.split(separator: "/").last.map(String.init) ?? ""
    for suffix in [".index", ".meta"] where name.hasSuffix(suffix) {
      return String(name.dropLast(suffix.count))
    }
    return name
  }

  private static func graph(
    _ file: ModelFile,
    _ checkpoint: TFCheckpoint?
  ) throws(ImportError) -> Graph {
    let meta: TFMetaGraphDef = try TFMessage.decode(.metaGraph, file.bytes)
    var model = TFModel(meta: meta, tensors: TFTensorReader(file: file.bytes), format: name)
    if let checkpoint { model.variables = try TFSavedVariables(checkpoint, meta) }
    return try TFImporter(model).sourceGraph()
  }

  /// A graph of constants alone.
  private static func variables(_ checkpoint: TFCheckpoint) throws(ImportError) -> Graph {
    var graph = Graph(name: "variables")
    graph.metadata.format = name
    for name in checkpoint.names {
      guard let tensor = try checkpoint.tensor(name) else { continue }
      graph.addConstant(SafeText.clean(name), tensor)
    }
    return graph
  }
}
