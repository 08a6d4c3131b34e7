import LaminaCore
import LaminaImporters
import LaminaWire
import Testing

/// Cuts small models short and flips each of their bits: an error or a valid model, never a trap.
@Suite struct DamagedFileTests {
  static let models: [(name: String, bytes: [UInt8])] = [
    ("convolution.tflite", TFLiteTestModel.convolution.bytes),
    ("loop.tflite", TFLiteTestModel.loop.bytes),
  ]

  private func open(_ bytes: [UInt8]) throws -> Graph {
    try ModelImporter.open(ModelFile(name: "model", bytes: ByteView(bytes)))
  }

  @Test func wholeModelsOpen() throws {
    for model in Self.models { #expect(try !open(model.bytes).nodes.isEmpty, "\(model.name)") }
  }

  @Test(arguments: models.map(\.name)) func modelsCutShortAreRefused(_ name: String) throws {
    let model = try #require(Self.models.first { $0.name == name })
    for length in 0..<model.bytes.count {
      // The last bytes of a file may be padding that nothing reads.
      guard length < model.bytes.count - 16 else {
        _ = try? open(Array(model.bytes[..<length]))
        continue
      }
      #expect(throws: ImportError.self, "\(name) cut to \(length) bytes") {
        try open(Array(model.bytes[..<length]))
      }
    }
  }

  @Test(arguments: models.map(\.name)) func flippedBitsNeverTrap(_ name: String) throws {
    let model = try #require(Self.models.first { $0.name == name })
    var openedCount = 0
    for bit in 0..<model.bytes.count * 8 {
      var bytes = model.bytes
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      do {
        try open(bytes).verify()
        openedCount += 1
      } catch is ImportError {
        continue
      }
    }
    #expect(openedCount > 0, "\(name): no flipped bit leaves a model, so the flips test nothing")
  }
}
