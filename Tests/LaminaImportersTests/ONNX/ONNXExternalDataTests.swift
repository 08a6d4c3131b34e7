import Foundation
import LaminaCore
import LaminaImporters
import LaminaWire
import Testing

@Suite struct ONNXExternalDataTests {
  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent(UUID().uuidString)

  /// Opens a model in its own folder whose only weight lies elsewhere.
  private func open(_ entries: [String: String]) throws -> Tensor? {
    let inner = folder.appendingPathComponent("model")
    try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
    let values: [Float] = [1, 2, 3, 4]
    let payload = values.withUnsafeBytes { Data($0) }
    try payload.write(to: inner.appendingPathComponent("weights.bin"))
    try payload.write(to: folder.appendingPathComponent("secret.bin"))
    try? FileManager.default.createSymbolicLink(
      at: inner.appendingPathComponent("link.bin"),
      withDestinationURL: folder.appendingPathComponent("secret.bin")
    )
    var tensor = ONNXTensorProto("w", .float, [2])
    tensor.dataLocation = .external
    tensor.externalData = entries.map { key, value in
      var entry = ONNXStringStringEntryProto()
      entry.key = key
      entry.value = value
      return entry
    }
    let graph = ONNXGraphProto(
      inputs: [],
      outputs: ["y"],
      nodes: [ONNXNodeProto("Identity", ["w"], ["y"])],
      constants: [tensor]
    )
    let path = inner.appendingPathComponent("m.onnx").path
    let bytes: [UInt8] = try ONNXModelProto(graph).serializedBytes()
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return try ONNXFormat.open(try ModelFile(path: path)).values.compactMap(\.constant).first
  }

  @Test func offsetAndLengthSelectAPartOfTheFile() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let part = try open(["location": "weights.bin", "offset": "8", "length": "8"])
    #expect(try part?.floats() == [3, 4])
    let rest = try open(["location": "weights.bin", "offset": "8"])
    #expect(try rest?.floats() == [3, 4])
  }

  @Test(arguments: [
    ["location": "../secret.bin"], ["location": "link.bin"], ["location": "/etc/hostname"],
    ["location": "missing.bin"], ["location": "."], ["location": ""], [:],
    ["location": "weights.bin", "offset": "12", "length": "8"],
    ["location": "weights.bin", "offset": "99"],
    ["location": "weights.bin", "offset": "-8", "length": "8"],
    ["location": "weights.bin", "length": "9223372036854775807"],
    ["location": "weights.bin", "length": "eight"],
  ])
  func placesOutsideTheFolderOrTheFileAreRefused(_ entries: [String: String]) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(throws: ImportError.self) { try open(entries) }
  }
}
