import LaminaCore
import LaminaWire

/// Recognises and opens Caffe nets: the net as text, or its weights as a protobuf message.
///
/// A net is two files, `.prototxt` and `.caffemodel`; either finds the other.
package enum CaffeFormat: ModelFormat {
  package static let name = "Caffe"
  package static let files = "*.prototxt, *.caffemodel"

  package static var operators: [String] {
    CaffeGraphBuilder.tables.joined().map(\.name)
  }

  package static func recognizes(_ file: ModelFile) -> Bool {
    isText(file.bytes) || isBinary(file.bytes)
  }

  package static func isPart(_ file: ModelFile) -> Bool {
    !isText(file.bytes) && CaffeFiles.net(beside: file) != nil
  }

  package static func open(_ file: ModelFile) throws(ImportError) -> Graph {
    let model = try CaffeModel(file: file)
    return try CaffeGraphBuilder(model).sourceGraph()
  }
}

// MARK: - The net as text

extension CaffeFormat {
  /// The outermost fields of a net.
  private static let textFields: Set<String> = [
    "name", "input", "input_dim", "input_shape", "layer", "layers", "state", "force_backward",
    "debug_info",
  ]

  /// Whether the first fields of a text are those of a net, up to its first layer.
  static func isText(_ bytes: ByteView) -> Bool {
    bytes.withUnsafeBytes { raw in
      var text = ProtobufText(raw)
      do throws(ProtobufText.Failure) {
        while let field = try text.next() {
          guard textFields.contains(field.name) else { return false }
          if field.name.hasPrefix("layer"), field.isMessage { return true }
        }
        return false
      } catch {
        return error != .malformed && startsLikeNet(raw)
      }
    }
  }

  /// Whether a text that ends too early has got as far as a layer.
  private static func startsLikeNet(_ raw: UnsafeRawBufferPointer) -> Bool {
    let head = String(decoding: raw.prefix(4096), as: UTF8.self)
    return head.contains("layer {") || head.contains("layers {") || head.contains("layer{")
      || head.contains("layers{")
  }
}

// MARK: - The net as bytes

extension CaffeFormat {
  /// The outermost fields of a net and how each is encoded; input lengths may be packed.
  private static let fields: [Int: Set<ProtobufReader.Encoding>] = [
    1: [.delimited], 2: [.delimited], 3: [.delimited], 4: [.varint, .delimited], 5: [.varint],
    6: [.delimited], 7: [.varint], 8: [.delimited], 100: [.delimited],
  ]

  /// Whether the outermost fields of a message are those of a net with layers.
  ///
  /// Caffe2's nets have a list at field 2 as well; the inner fields tell them apart.
  static func isBinary(_ bytes: ByteView) -> Bool {
    bytes.withUnsafeBytes { raw in
      var reader = ProtobufReader(raw)
      var hasLayer = false
      var nameCount = 0
      do throws(WireError) {
        while let field = try reader.next() {
          guard fields[field.number]?.contains(field.encoding) == true else { return false }
          if field.number == 1 { nameCount += 1 }
          guard nameCount <= 1 else { return false }
          if field.number == 100 {
            guard isLayer(reader.reader(of: field)) else { return false }
            hasLayer = true
          }
          if field.number == 2 {
            guard isFirstVersionLayer(reader.reader(of: field)) else { return false }
            hasLayer = true
          }
        }
        return hasLayer
      } catch {
        guard case .truncated = error else { return false }
        return hasLayer
      }
    }
  }

  /// Whether a message has a name and a type as text, as layers have.
  private static func isLayer(_ layer: ProtobufReader) -> Bool {
    var layer = layer
    guard let first = try? layer.next() else { return false }
    return first.encoding == .delimited && (1...4).contains(first.number)
  }

  /// Whether a message has a number as its type, as layers of version 1 have.
  ///
  /// Messages of other formats, such as a graph of TensorFlow, have no number there.
  private static func isFirstVersionLayer(_ layer: ProtobufReader) -> Bool {
    var layer = layer
    while let field = try? layer.next() {
      if field.number == 5 { return field.encoding == .varint }
    }
    return false
  }
}
