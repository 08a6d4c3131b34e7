import LaminaCore
import LaminaWire

/// Recognises and opens TensorFlow's SavedModels: a folder, or its `saved_model.pb`.
package enum TFSavedModelFormat: ModelFormat {
  package static let name = "TensorFlow SavedModel"
  package static let files = "saved_model.pb and its folder"

  package static var operators: [String] {
    TFImporter.tables.joined().map(\.name)
  }

  private static let fileName = "saved_model.pb"

  /// Whether the message is a list of graphs with signatures, or the folder has such a file.
  package static func recognizes(_ file: ModelFile) -> Bool {
    if file.isFolder { return file.hasNeighbour(named: fileName) }
    return file.bytes.withUnsafeBytes { bytes in
      var reader = ProtobufReader(bytes)
      var seen: Set<Int> = []
      do {
        while let field = try reader.next() {
          switch (field.number, field.encoding) {
          case (1, .varint): guard bytes[field.payload.lowerBound] <= 9 else { return false }
          case (2, .delimited):
            guard TFRecognition.isMetaGraph(reader.reader(of: field)) else { return false }
          default: return false
          }
          seen.insert(field.number)
        }
      } catch { return seen.contains(1) && TFRecognition.beginsMetaGraph(bytes) }
      return seen.contains(2)
    }
  }

  package static func open(_ file: ModelFile) throws(ImportError) -> Graph {
    let file = file.isFolder ? try file.inner(named: fileName, for: "the folder") : file
    let saved: TFSavedModel = try TFMessage.decode(.savedModel, file.bytes)
    let serving = saved.metaGraphs.first { $0.metaInfoDef.tags.contains("serve") }
    guard let meta = serving ?? saved.metaGraphs.first else {
      throw .invalid(place: "the model", expected: "a graph", found: "none")
    }
    let tensors = TFTensorReader(file: file.bytes)
    var model = TFModel(meta: meta, tensors: tensors, format: name)
    if file.hasNeighbour(named: "variables/variables.index") {
      let checkpoint = try TFCheckpoint("variables/variables", beside: file)
      model.variables = try TFSavedVariables(checkpoint, meta)
    }
    return try TFImporter(model).sourceGraph()
  }
}

extension TFModel {
  /// A graph with signatures; the one for serving is run.
  init(meta: TFMetaGraphDef, tensors: TFTensorReader, format: String) {
    self.init(meta.graphDef, tensors: tensors)
    metadata.format = format
    let version = meta.metaInfoDef.tensorflowVersion
    if !version.isEmpty { metadata.producer = "TensorFlow \(SafeText.clean(version))" }
    if !meta.metaInfoDef.tags.isEmpty {
      let tags = meta.metaInfoDef.tags.map { SafeText.clean($0) }
      metadata.properties.append((key: "tags", value: tags.joined(separator: ", ")))
    }
    let signatures = meta.signatureDef.filter { !$0.value.outputs.isEmpty }
      .filter { $0.key != "__saved_model_init_op" }.sorted { $0.key < $1.key }
    metadata.signatures = signatures.map { key, signature in
      let inputs = signature.inputs.keys.sorted().joined(separator: ", ")
      let outputs = signature.outputs.keys.sorted().joined(separator: ", ")
      return SafeText.clean("\(key)(\(inputs)) → \(outputs)")
    }
    let chosen = signatures.first { $0.key == "serving_default" } ?? signatures.first
    signature = chosen?.value
  }
}
