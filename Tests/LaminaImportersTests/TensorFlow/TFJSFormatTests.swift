import Foundation
import LaminaCore
import LaminaImporters
import LaminaWire
import Testing

/// Models of TensorFlow.js; their numbers are held against TensorFlow's by the fixtures.
@Suite struct TFJSFormatTests {
  private func withFolder(
    _ files: [String: [UInt8]],
    _ body: (String) throws -> Void
  ) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, bytes) in files { try Data(bytes).write(to: folder.appending(path: name)) }
    try body(folder.path)
  }

  private func manifest(_ path: String, _ quantization: String) -> [UInt8] {
    Array(
      #"""
      [{"paths": ["\#(path)"], "weights": [
        {"name": "w", "shape": [2, 2], "dtype": "float32"\#(quantization)}]}]
      """#.utf8
    )
  }

  private func value(_ folder: String) throws -> [Float] {
    let graph = try ModelImporter.open(path: folder + "/weights_manifest.json")
    let constant = try #require(graph.values.first?.constant)
    #expect(constant.shape == [2, 2])
    return try constant.floats()
  }

  /// Codes 0 to 255, worked out by hand: value = code · scale + min.
  @Test func codesOf8And16BitsStandForNumbers() throws {
    let byte = #", "quantization": {"dtype": "uint8", "scale": 0.5, "min": -1}"#
    try withFolder(["weights_manifest.json": manifest("s", byte), "s": [0, 1, 2, 255]]) {
      (folder) throws -> Void in
      #expect(try value(folder) == [-1, -0.5, 0, 126.5])
    }
    let word = #", "quantization": {"dtype": "uint16", "scale": 0.5, "min": 0}"#
    let codes: [UInt8] = [0, 0, 1, 0, 0, 1, 255, 255]
    try withFolder(["weights_manifest.json": manifest("s", word), "s": codes]) {
      (folder) throws -> Void in
      #expect(try value(folder) == [0, 0.5, 128, 32767.5])
    }
    let half = #", "quantization": {"dtype": "float16"}"#
    let halves: [UInt8] = [0, 0x3C, 0, 0xC0, 0, 0x38, 0, 0]
    try withFolder(["weights_manifest.json": manifest("s", half), "s": halves]) {
      (folder) throws -> Void in
      #expect(try value(folder) == [1, -2, 0.5, 0])
    }
  }

  @Test(arguments: ["../s", "/etc/passwd", "a/../../s", ""])
  func filesElsewhereAreRefused(_ path: String) throws {
    try withFolder(["weights_manifest.json": manifest(path, "")]) { (folder) throws -> Void in
      #expect(throws: ImportError.self) {
        try ModelImporter.open(path: folder + "/weights_manifest.json")
      }
    }
  }

  @Test func filesThatAreTooShortAreRefused() throws {
    try withFolder(["weights_manifest.json": manifest("s", ""), "s": [1, 2, 3]]) {
      (folder) throws -> Void in
      #expect(throws: ImportError.self) {
        try ModelImporter.open(path: folder + "/weights_manifest.json")
      }
    }
  }

  /// Weights may begin with the bytes of another format's first field.
  @Test func aFileOfWeightsAloneIsNoModel() {
    let bytes: [UInt8] = [0x08, 0x4E, 0x92, 0x3F, 0x8E, 0x73, 0x97, 0x3E, 0x37, 0x31, 0xBF, 0xD7]
    #expect(ModelImporter.format(of: ModelFile(name: "shard", bytes: ByteView(bytes))) == nil)
  }

  @Test func damagedTextNeverTraps() throws {
    let folder = TFFixtures.path("tfjs-layers")
    let model = try MappedFile.open(folder + "/model.json").bytes
    let shards = try ["group1-shard1of2.bin", "group1-shard2of2.bin"].map { name in
      (name, try MappedFile.open("\(folder)/\(name)").bytes)
    }
    try withFolder(Dictionary(uniqueKeysWithValues: shards)) { (copy) throws -> Void in
      for place in stride(from: 0, to: model.count, by: 17) {
        var damaged = model
        damaged[place] ^= 0x01
        try Data(damaged).write(to: URL(filePath: copy + "/model.json"))
        do { try ModelImporter.open(path: copy + "/model.json").verify() } catch is ImportError {}
        try Data(model[..<place]).write(to: URL(filePath: copy + "/model.json"))
        #expect(throws: ImportError.self) { try ModelImporter.open(path: copy + "/model.json") }
      }
    }
  }
}
