import LaminaCore
import LaminaImporters
import LaminaWire
import Testing

/// Cuts small models short and flips each of their bits: an error or a valid model, never a trap.
@Suite struct DamagedFileTests {
  static let names = ["convolution.tflite", "loop.tflite"]

  private func bytes(of name: String) -> [UInt8] {
    name == "loop.tflite" ? TFLiteTestModel.loop.bytes : TFLiteTestModel.convolution.bytes
  }

  private func open(_ bytes: [UInt8]) throws -> Graph {
    try ModelImporter.open(ModelFile(name: "model", bytes: ByteView(bytes)))
  }

  @Test func wholeModelsOpen() throws {
    for name in Self.names { #expect(try !open(bytes(of: name)).nodes.isEmpty, "\(name)") }
  }

  @Test(arguments: names) func modelsCutShortAreRefused(_ name: String) {
    let model = bytes(of: name)
    for length in 0..<model.count {
      // The last bytes of a file may be padding that nothing reads.
      guard length < model.count - 16 else {
        _ = try? open(Array(model[..<length]))
        continue
      }
      #expect(throws: ImportError.self, "\(name) cut to \(length) bytes") {
        try open(Array(model[..<length]))
      }
    }
  }

  @Test(arguments: names) func flippedBitsNeverTrap(_ name: String) throws {
    let model = bytes(of: name)
    var openedCount = 0
    for bit in 0..<model.count * 8 {
      var bytes = model
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
