import Foundation
import LaminaCore
import LaminaImporters
import Testing

/// The graphs of small real files, as text beside them.
///
/// `LAMINA_WRITE_DUMPS=1 swift test --filter ONNXGraphDump` writes the texts anew.
@Suite struct ONNXGraphDumpTests {
  private static let fixtures = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures")

  @Test(arguments: [
    "onnx-external-data", "onnx-function", "onnx-if", "onnx-loop", "onnx-opset-7",
    "onnx-recurrent", "onnx-scan", "onnx-trees", "onnx-unknown-ops",
  ])
  func theGraphOfASmallFileIsAsWrittenDown(_ name: String) throws {
    let folder = Self.fixtures.appendingPathComponent(name)
    let file = try ModelFile(path: folder.appendingPathComponent("model.onnx").path)
    let text = dump(try ONNXFormat.open(file)) + "\n"
    let recorded = folder.appendingPathComponent("graph.txt")
    if ProcessInfo.processInfo.environment["LAMINA_WRITE_DUMPS"] != nil {
      try text.write(to: recorded, atomically: true, encoding: .utf8)
    }
    #expect(text == (try String(contentsOf: recorded, encoding: .utf8)))
  }
}
