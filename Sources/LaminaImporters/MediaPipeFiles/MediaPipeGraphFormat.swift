import LaminaCore
import LaminaWire

/// A MediaPipe graph: calculators and the streams between them, as a text protobuf.
///
/// It is shown; calculators are not operators of the engine.
package enum MediaPipeGraphFormat: ModelFormat {
  package static let name = "MediaPipe graph"
  package static let files = "*.pbtxt"

  /// The fields of a CalculatorGraphConfig.
  ///
  /// - Source: MediaPipe, mediapipe/framework/calculator.proto.
  private static let fields: Set<String> = [
    "node", "input_stream", "output_stream", "input_side_packet", "output_side_packet", "type",
    "executor", "num_threads", "max_queue_size", "packet_factory", "packet_generator", "options",
    "graph_options", "status_handler", "input_stream_handler", "output_stream_handler", "package",
    "profiler_config", "report_deadlock", "runtime_info",
  ]

  package static func recognizes(_ file: ModelFile) -> Bool {
    file.bytes.withUnsafeBytes { raw in
      var text = ProtobufText(raw)
      do throws(ProtobufText.Failure) {
        while let field = try text.next() {
          guard fields.contains(field.name) else { return false }
          if field.name == "node" { return field.isMessage && hasCalculator(text, field) }
        }
        return false
      } catch {
        return error == .truncated && startsLikeGraph(raw)
      }
    }
  }

  private static func hasCalculator(_ text: ProtobufText, _ node: ProtobufText.Field) -> Bool {
    var inside = text.inside(node)
    while let field = try? inside.next() {
      if field.name == "calculator" { return true }
    }
    return false
  }

  /// Whether a text that ends too early has got as far as a calculator.
  private static func startsLikeGraph(_ raw: UnsafeRawBufferPointer) -> Bool {
    let head = String(decoding: raw.prefix(8192), as: UTF8.self)
    return head.contains("calculator:") && head.contains("node")
  }

  package static func open(_ file: ModelFile) throws(ImportError) -> Graph {
    try ProtobufText.check(file.bytes)
    let name = file.path.split(separator: "/").last.map(String.init) ?? file.path
    return try MediaPipeGraph(file.bytes).sourceGraph(name: name)
  }
}
