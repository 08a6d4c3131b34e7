import Foundation
import LaminaCore
import LaminaImporters
import LaminaWire
import Testing

@Suite struct ONNXFormatTests {
  private let model = ONNXModelProto(
    ONNXGraphProto(
      inputs: [ONNXValueInfoProto("x", .float, [1, 2])],
      outputs: ["y"],
      nodes: [ONNXNodeProto("Relu", ["x"], ["y"])]
    )
  )

  private func recognizes(_ bytes: [UInt8]) -> Bool {
    ONNXFormat.recognizes(ModelFile(name: "test", bytes: ByteView(bytes)))
  }

  @Test func aModelIsRecognisedByItsOutermostFields() throws {
    #expect(ONNXFormat.recognizes(try model.file()))
  }

  @Test func otherFilesAreNotRecognised() throws {
    #expect(!recognizes([]))
    #expect(!recognizes(Array("<!DOCTYPE html><html></html>".utf8)))
    #expect(!recognizes(Array("version https://git-lfs.github.com/spec/v1\n".utf8)))
    #expect(!recognizes([0x1c, 0, 0, 0] + Array("TFL3".utf8)))
    // A tensor file is protobuf too, but has no graph.
    #expect(!ONNXFormat.recognizes(try modelFile(of: ONNXTensorProto("x", floats: [1], [1]))))
  }

  @Test func aModelThatEndsTooEarlyIsRecognisedAndRefused() throws {
    let bytes = try model.file().bytes.bytes
    let half = Array(bytes.prefix(bytes.count / 2))
    #expect(recognizes(half))
    #expect(throws: ImportError.self) {
      try ONNXFormat.open(ModelFile(name: "test", bytes: ByteView(half)))
    }
  }

  @Test func metadataIsWhatTheFileSays() throws {
    var model = model
    model.producerName = "maker"
    model.producerVersion = "1.2"
    model.docString = "two\nlines\u{1b}[0m"
    var entry = ONNXStringStringEntryProto()
    entry.key = "Image.NominalPixelRange"
    entry.value = "Normalized_0_1"
    model.metadataProps = [entry]
    let metadata = try model.opened().metadata
    #expect(metadata.format == "ONNX opset 13")
    #expect(metadata.producer == "maker 1.2")
    #expect(metadata.description == "two lines[0m")
    #expect(metadata.properties.contains { $0.key == "IR version" && $0.value == "8" })
    #expect(metadata.inputs.map(\.name) == ["x"])
    #expect(metadata.inputs.first?.normalization == .init(mean: [0], scale: [1 / 255]))
  }

  @Test func weightsThatAreAlignedStayInTheMappedFile() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var weights = ONNXTensorProto("w", .uint8, [1 << 20])
    weights.rawData = Data((0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 7) })
    let graph = ONNXGraphProto(
      inputs: [],
      outputs: ["y"],
      nodes: [ONNXNodeProto("Identity", ["w"], ["y"])],
      constants: [weights]
    )
    let path = folder.appendingPathComponent("m.onnx").path
    let bytes: [UInt8] = try ONNXModelProto(graph).serializedBytes()
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let opened = try ONNXFormat.open(try ModelFile(path: path))
    let constant = try #require(opened.values.compactMap(\.constant).first)
    #expect(constant.storage?.owner.isOwned == false)
    #expect(try constant.ints()[1000] == 88)
  }
}
