import LaminaCore
import LaminaWire

/// Recognises and opens frozen graphs of TensorFlow, as messages and as text.
package enum TFGraphFormat: ModelFormat {
  package static let name = "TensorFlow graph"
  package static let files = "*.pb, *.pbtxt"

  package static var operators: [String] {
    TFImporter.tables.joined().map(\.name)
  }

  /// Whether the file's first message is a node, and its outermost fields are a graph's.
  ///
  /// A file that ends too early still counts, so that its error can say so.
  package static func recognizes(_ file: ModelFile) -> Bool {
    if isText(file.bytes) { return true }
    return file.bytes.withUnsafeBytes { bytes in
      var reader = ProtobufReader(bytes)
      var hasNode = false
      do {
        while let field = try reader.next() {
          switch (field.number, field.encoding) {
          case (1, .delimited):
            if hasNode { continue }
            guard TFRecognition.isNode(reader.reader(of: field), in: bytes) else { return false }
            hasNode = true
          case (2, .delimited), (3, .varint), (4, .delimited), (5, .delimited): continue
          default: return false
          }
        }
      } catch WireError.truncated { return hasNode } catch { return false }
      return hasNode
    }
  }

  package static func open(_ file: ModelFile) throws(ImportError) -> Graph {
    let tensors = TFTensorReader(file: file.bytes)
    let graph =
      isText(file.bytes)
      ? try TFMessage.text(file.bytes) : try TFMessage.decode(.graph, file.bytes) as TFGraphDef
    return try TFImporter(TFModel(graph, tensors: tensors)).sourceGraph()
  }

  /// Whether the file is text that begins with a node, and says its operator.
  private static func isText(_ bytes: ByteView) -> Bool {
    let head = bytes.withUnsafeBytes { Array($0.prefix(2048)) }
    guard head.allSatisfy({ $0 >= 0x20 || (0x09...0x0D).contains($0) }) else { return false }
    let lines = String(decoding: head, as: UTF8.self).split(whereSeparator: \.isNewline)
      .map { $0.drop(while: \.isWhitespace) }.filter { !$0.isEmpty && !$0.hasPrefix("#") }
    guard let first = lines.first else { return false }
    let words = ["node", "library", "versions"]
    guard words.contains(where: { first.hasPrefix($0) }), first.contains("{") else { return false }
    return lines.contains { $0.hasPrefix("op:") }
      || lines.joined(separator: " ").contains(" op:")
  }
}
