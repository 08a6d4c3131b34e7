import LaminaCore
import LaminaWire

/// What an archive says of itself.
enum TorchMetadata {
  /// The longest text that is shown.
  private static let textLimit = 2000

  static func describe(_ graph: inout Graph, _ archive: TorchArchive) throws(ImportError) {
    graph.metadata.format = "TorchScript"
    if let view = try archive.contents("version", limit: 64) {
      let version = SafeText.clean(String(decoding: view.bytes.prefix(16), as: UTF8.self))
      graph.metadata.format = "TorchScript \(version.filter { !$0.isWhitespace })"
    }
    if try archive.contents("bytecode.pkl") != nil {
      graph.metadata.properties.append(("interpreter", "PyTorch Mobile bytecode beside the code"))
    }
    for name in ["extra/model_info.txt", "extra/metadata.json", "extra/producer_info.json"] {
      guard let view = try? archive.contents(name, limit: 1 << 16) else { continue }
      let text = String(decoding: view.bytes, as: UTF8.self)
      graph.metadata.properties.append((name, SafeText.clean(text, limit: textLimit)))
    }
  }
}
