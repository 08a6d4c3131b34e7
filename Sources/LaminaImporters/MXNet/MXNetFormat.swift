import LaminaCore
import LaminaWire

/// Recognises and opens MXNet models: the graph as JSON, or its parameters.
///
/// A model is two files, `x-symbol.json` and `x-0000.params`; either finds the other.
package enum MXNetFormat: ModelFormat {
  package static let name = "MXNet"
  package static let files = "*-symbol.json, *.params"

  package static var operators: [String] {
    MXNetGraphBuilder.tables.joined().map(\.name)
  }

  package static func recognizes(_ file: ModelFile) -> Bool {
    isSymbol(file.bytes) || MXNetParameters.isList(file.bytes)
  }

  package static func isPart(_ file: ModelFile) -> Bool {
    MXNetParameters.isList(file.bytes) && MXNetFiles.symbol(beside: file) != nil
  }

  package static func open(_ file: ModelFile) throws(ImportError) -> Graph {
    try MXNetGraphBuilder(MXNetModel(file: file)).sourceGraph()
  }

  /// Whether a text begins as a graph does: an object whose first key is a list of nodes.
  static func isSymbol(_ bytes: ByteView) -> Bool {
    let head = bytes.withUnsafeBytes { Array($0.prefix(256)) }
      .filter { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    guard head.starts(with: Array("{\"nodes\":[{\"".utf8)) else { return false }
    let text = String(decoding: head, as: UTF8.self)
    return text.contains("\"op\":\"")
  }
}
