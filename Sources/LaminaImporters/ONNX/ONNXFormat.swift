import LaminaCore
import LaminaWire

/// Recognises and opens ONNX models.
///
/// The format has no magic number: a model is a protobuf message, and its outermost fields tell.
package enum ONNXFormat: ModelFormat {
  package static let name = "ONNX"
  package static let files = "*.onnx; weights in files beside it"

  package static var operators: [String] {
    ONNXImporter.tables.joined().map(\.name)
  }

  /// The outermost fields of a model, and how each is encoded.
  private static let fields: [Int: ProtobufReader.Encoding] = [
    1: .varint, 2: .delimited, 3: .delimited, 4: .delimited, 5: .varint, 6: .delimited,
    7: .delimited, 8: .delimited, 14: .delimited, 20: .delimited, 25: .delimited, 26: .delimited,
  ]

  /// No version of the format's own is as high; raw weights that begin like a model are told by it.
  private static let newestVersion: UInt8 = 60

  /// Whether the outermost fields are those of a model, with a graph among them.
  ///
  /// A file that ends too early still counts, so that its error can say so.
  package static func recognizes(_ file: ModelFile) -> Bool {
    file.bytes.withUnsafeBytes { bytes in
      var reader = ProtobufReader(bytes)
      var seen: Set<Int> = []
      do {
        while let field = try reader.next() {
          guard fields[field.number] == field.encoding else { return false }
          if field.number == 1, bytes[field.payload.lowerBound] > newestVersion { return false }
          seen.insert(field.number)
        }
      } catch WireError.truncated {
        return seen.contains(1)
      } catch {
        return false
      }
      return seen.contains(7)
    }
  }

  package static func open(_ file: ModelFile) throws(ImportError) -> Graph {
    try ONNXImporter(ONNXModel(file: file)).sourceGraph()
  }
}
