import LaminaCore
import LaminaWire

/// Reads what the file says about itself: descriptions, normalization and labels.
///
/// The message is kept in a buffer named `TFLITE_METADATA`; the label files it names are in a zip
/// archive behind the model. A damaged description never keeps a model from opening.
///
/// - Source: TensorFlow Lite `metadata_schema.fbs`, identifier M001.
struct TFLiteMetadata {
  /// The most bytes that are unpacked from a label file.
  private static let labelFileLimit = 16 << 20

  /// Kinds of associated files that hold one name per line.
  private static let labelKinds: Set<Int> = [2, 3]

  /// The number of the options table that says how an image becomes the input.
  private static let normalization: UInt8 = 1

  private let files: ZipArchive?

  /// Returns what `model` says about itself and about the ports of `graph`.
  static func read(_ model: TFLiteModel, file: ByteView, graph: Graph) -> ModelMetadata {
    var result = ModelMetadata()
    result.format = "TensorFlow Lite \(model.version)"
    result.description = model.description
    result.signatures = model.signatures.map { signature in
      let inputs = signature.inputs.keys.sorted().joined(separator: ", ")
      let outputs = signature.outputs.keys.sorted().joined(separator: ", ")
      return "\(signature.key)(\(inputs)) -> (\(outputs))"
    }
    result.subgraphs = model.subgraphs.enumerated().map { number, graph in
      (name: graph.name ?? "graph \(number)", nodeCount: graph.operators.count)
    }
    result.inputs = graph.inputs.map { .init(name: graph[$0].name) }
    result.outputs = graph.outputs.map { .init(name: graph[$0].name) }
    result.properties = properties(of: model)
    let archive = try? ZipArchive(file)
    try? TFLiteMetadata(files: archive ?? nil).describe(model, in: &result)
    return result
  }

  /// Returns the metadata buffers that hold short text, under their names.
  private static func properties(of model: TFLiteModel) -> [(key: String, value: String)] {
    model.metadata.compactMap { name, buffer in
      let bytes = model.buffers[buffer].bytes.prefix { $0 != 0 }
      guard bytes.count <= 64, bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }), !bytes.isEmpty
      else { return nil }
      return (key: name, value: String(decoding: bytes, as: UTF8.self))
    }
  }

  private func describe(_ model: TFLiteModel, in result: inout ModelMetadata) throws {
    guard let entry = model.metadata.first(where: { $0.name == "TFLITE_METADATA" }) else { return }
    let root = try FlatBuffer(model.buffers[entry.buffer]).root("metadata")
    result.description = try root.string(1) ?? result.description
    result.producer = try root.string(4)
    for (key, field) in [("name", 0), ("version", 2), ("license", 5)] {
      if let text = try root.string(field) { result.properties.append((key: key, value: text)) }
    }
    guard let graph = try root.tables(3, "graph description").first else { return }
    for (index, port) in try graph.tables(2, "input").enumerated()
    where index < result.inputs.count {
      try describe(port, in: &result.inputs[index])
    }
    for (index, port) in try graph.tables(3, "output").enumerated()
    where index < result.outputs.count {
      try describe(port, in: &result.outputs[index])
    }
  }

  private func describe(_ table: FlatTable, in port: inout ModelMetadata.Port) throws {
    port.description = try table.string(1) ?? table.string(0)
    for unit in try table.tables(4, "process unit")
    where try unit.integer(0, default: UInt8(0)) == Self.normalization {
      guard let options = try unit.table(1, "normalization"),
        let mean = try options.floats(0), let deviation = try options.floats(1),
        mean.count == deviation.count, deviation.allSatisfy({ $0.isFinite && $0 != 0 })
      else { continue }
      port.normalization = .init(mean: mean, scale: deviation.map { 1 / $0 })
    }
    for file in try table.tables(6, "associated file")
    where Self.labelKinds.contains(try file.byte(2)) && port.labels == nil {
      port.labels = try labels(in: file.string(0) ?? "")
    }
  }

  /// Returns the lines of the archive's file `name`, or `nil` when there is none.
  private func labels(in name: String) throws -> [String]? {
    guard let files, let entry = files.entry(named: name) else { return nil }
    return SafeText.lines(try files.contents(of: entry, limit: Self.labelFileLimit).bytes)
  }
}
