import LaminaWire
import SwiftProtobuf

/// The messages on the way to a tensor in TensorFlow's files.
enum TFMessage: ProtobufSkeletonMessage {
  case savedModel, metaGraph, graph, library, function, node, attributeEntry, attribute, list
  case tensor

  func child(_ field: Int) -> TFMessage? {
    switch (self, field) {
    case (.savedModel, 2): .metaGraph
    case (.metaGraph, 2): .graph
    case (.graph, 1), (.function, 3): .node
    case (.graph, 2): .library
    case (.library, 1): .function
    case (.node, 5): .attributeEntry
    case (.attributeEntry, 2): .attribute
    case (.attribute, 1): .list
    case (.attribute, 8), (.list, 8): .tensor
    default: nil
    }
  }

  func leavesInFile(_ field: Int) -> Bool { self == .tensor && field == 4 }

  /// Collections and the object graph of a meta graph, and where Python made a node.
  func drops(_ field: Int) -> Bool {
    switch self {
    case .metaGraph: ![1, 2, 3, 5].contains(field)
    case .node: field > 5
    default: false
    }
  }

  /// Decodes a message whose tensors stay in `bytes`.
  ///
  /// - Throws: ``ImportError`` when the bytes are damaged.
  static func decode<Message: SwiftProtobuf.Message>(
    _ kind: TFMessage,
    _ bytes: ByteView
  ) throws(ImportError) -> Message {
    let skeleton: [UInt8]
    do {
      skeleton = try bytes.withUnsafeBytes { (raw) throws(WireError) in
        try ProtobufSkeleton.bytes(of: kind, in: raw)
      }
    } catch { throw .wire(error) }
    return try plain(skeleton)
  }

  /// Decodes a small message as it is.
  ///
  /// - Throws: ``ImportError`` when the bytes are damaged.
  static func plain<Message: SwiftProtobuf.Message>(
    _ bytes: [UInt8]
  ) throws(ImportError) -> Message {
    var options = BinaryDecodingOptions()
    options.messageDepthLimit = ProtobufSkeleton<TFMessage>.depthLimit
    options.discardUnknownFields = true
    do { return try Message(serializedBytes: bytes, options: options) } catch {
      throw .invalid(place: "the file", expected: "TensorFlow's messages", found: "\(error)")
    }
  }

  /// Decodes a graph that is written as text; unknown fields are passed over.
  ///
  /// - Throws: ``ImportError`` when the text is damaged.
  static func text(_ bytes: ByteView) throws(ImportError) -> TFGraphDef {
    var options = TextFormatDecodingOptions()
    options.ignoreUnknownFields = true
    options.ignoreUnknownExtensionFields = true
    do {
      return try TFGraphDef(
        textFormatString: String(decoding: bytes.bytes, as: UTF8.self),
        options: options
      )
    } catch {
      throw .invalid(place: "the text", expected: "a TensorFlow graph", found: "\(error)")
    }
  }
}
