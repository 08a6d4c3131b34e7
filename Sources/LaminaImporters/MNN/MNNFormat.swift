import LaminaCore
import LaminaWire

/// MNN: a FlatBuffers message without a mark of its own.
package enum MNNFormat: ModelFormat {
  package static let name = "MNN"
  package static let files = "*.mnn"

  package static var operators: [String] {
    MNNImporter.tables.joined().map(\.name)
  }

  /// Whether the message has the first fields of a network: operators that name their type, and
  /// names of tensors.
  package static func recognizes(_ file: ModelFile) -> Bool {
    guard file.bytes.count >= 32, !file.bytes.has("PK"), !file.bytes.has("7767517"),
      let root = try? FlatBuffer(file.bytes).root("network"),
      let names = try? root.view(7, elementSize: 4), names.count >= 4,
      let operators = try? root.view(3, elementSize: 4), operators.count >= 4,
      let first = (try? root.tables(3, "operator"))?.first,
      let type = try? first.int(5), MNNOperatorTypes.names[type] != nil,
      (try? first.view(4, elementSize: 4)) != nil || (try? first.view(0, elementSize: 4)) != nil,
      let usage = try? root.byte(9), (0...2).contains(usage)
    else { return false }
    return true
  }

  package static func open(_ file: ModelFile) throws(ImportError) -> Graph {
    let model = try MNNReader.read(file.bytes)
    return try MNNImporter.graph(of: model, file: file)
  }
}
