import LaminaWire
import SwiftProtobuf

/// An ONNX file as values: its messages, with weights left in the file.
struct ONNXModel {
  let file: ModelFile
  let proto: ONNXModelProto
  /// The version of each operator set that the model's own nodes use; `""` is ai.onnx.
  let opsets: [String: Int]

  /// Reads the structure of a file.
  ///
  /// - Throws: ``ImportError`` when the file is no ONNX model, or damaged.
  init(file: ModelFile) throws(ImportError) {
    self.file = file
    proto = try Self.decode(.model, file.bytes)
    guard proto.hasGraph else {
      throw .invalid(place: "the model", expected: "a graph", found: "none")
    }
    opsets = Self.opsets(proto.opsetImport)
  }

  /// Returns the highest version named for each domain; `"ai.onnx"` is another name for `""`.
  static func opsets(_ imports: [ONNXOperatorSetIdProto]) -> [String: Int] {
    Dictionary(
      imports.map { (canonical($0.domain), Int(clamping: $0.version)) },
      uniquingKeysWith: max
    )
  }

  static func canonical(_ domain: String) -> String { domain == "ai.onnx" ? "" : domain }

  /// Decodes a message whose tensors stay in `bytes`.
  static func decode<Message: SwiftProtobuf.Message>(
    _ kind: ONNXSkeleton.Message,
    _ bytes: ByteView
  ) throws(ImportError) -> Message {
    let skeleton: [UInt8]
    do {
      skeleton = try bytes.withUnsafeBytes { (raw) throws(WireError) in
        try ONNXSkeleton.bytes(of: kind, in: raw)
      }
    } catch {
      throw .wire(error)
    }
    var options = BinaryDecodingOptions()
    options.messageDepthLimit = ONNXSkeleton.depthLimit
    options.discardUnknownFields = true
    do {
      return try Message(serializedBytes: skeleton, options: options)
    } catch {
      throw .invalid(place: "the file", expected: "ONNX messages", found: "\(error)")
    }
  }
}
