import LaminaCore
import LaminaWire

/// Recognises and opens Caffe2 models: the net that predicts, or the net that fills its weights.
///
/// A model is two files, `predict_net.pb` and `init_net.pb`; either finds the other.
package enum Caffe2Format: ModelFormat {
  package static let name = "Caffe2"
  package static let files = "predict_net.pb, init_net.pb"

  package static var operators: [String] {
    Caffe2GraphBuilder.tables.joined().map(\.name)
  }

  package static func recognizes(_ file: ModelFile) -> Bool { isNet(file.bytes) }

  package static func isPart(_ file: ModelFile) -> Bool {
    guard let net = try? Caffe2Net(file.bytes), net.isFilling else { return false }
    return Caffe2Files.other(half: file, isFilling: true) != nil
  }

  package static func open(_ file: ModelFile) throws(ImportError) -> Graph {
    try Caffe2GraphBuilder(Caffe2Model(file: file)).sourceGraph()
  }

  /// The outermost fields of a net and how each is encoded.
  private static let fields: [Int: ProtobufReader.Encoding] = [
    1: .delimited, 2: .delimited, 3: .delimited, 4: .varint, 5: .delimited, 6: .delimited,
    7: .delimited, 8: .delimited, 9: .delimited,
  ]

  /// Whether the outermost fields of a message are those of a net with operators.
  static func isNet(_ bytes: ByteView) -> Bool {
    bytes.withUnsafeBytes { raw in
      var reader = ProtobufReader(raw)
      var (nameCount, operatorCount) = (0, 0)
      do throws(WireError) {
        while let field = try reader.next() {
          guard fields[field.number] == field.encoding else { return false }
          if field.number == 1 { nameCount += 1 }
          guard nameCount <= 1 else { return false }
          guard field.number == 2 else { continue }
          operatorCount += 1
          // The first operators tell; the others are read when the file is opened.
          guard operatorCount > 8 || isOperator(reader.reader(of: field), raw) else {
            return false
          }
        }
        return operatorCount > 0
      } catch {
        guard case .truncated = error else { return false }
        return operatorCount > 0
      }
    }
  }

  /// Whether a message has names of what it reads and writes, and a word as its type.
  private static func isOperator(_ message: ProtobufReader, _ raw: UnsafeRawBufferPointer) -> Bool {
    var message = message
    var hasType = false
    do throws(WireError) {
      while let field = try message.next() {
        guard (1...12).contains(field.number),
          field.encoding == (field.number == 9 ? .varint : .delimited)
        else { return false }
        if field.number == 4 {
          hasType = !field.payload.isEmpty && raw[field.payload].allSatisfy(isWordPart)
        }
      }
    } catch { return false }
    return hasType
  }

  private static func isWordPart(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      || byte == UInt8(ascii: "_")
  }
}
