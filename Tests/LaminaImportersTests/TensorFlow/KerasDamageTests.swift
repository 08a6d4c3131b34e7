import LaminaCore
import LaminaImporters
import LaminaWire
import Testing

/// Cuts small files of Keras short and flips their bits: an error or a valid model, never a trap.
@Suite struct KerasDamageTests {
  static let files = ["keras-nested-h5/model.h5", "keras-nested-keras/model.keras"]

  private func tryToOpen(_ bytes: [UInt8]) throws {
    do {
      try ModelImporter.open(ModelFile(name: "model", bytes: ByteView(bytes))).verify()
    } catch is ImportError {}
  }

  @Test(arguments: files) func flippedBitsNeverTrap(_ name: String) throws {
    let model = try MappedFile.open(TFFixtures.path(name)).bytes
    for bit in stride(from: 0, to: model.count * 8, by: 31) {
      var damaged = model
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      try tryToOpen(damaged)
    }
  }

  @Test(arguments: files) func modelsCutShortNeverTrap(_ name: String) throws {
    let model = try MappedFile.open(TFFixtures.path(name)).bytes
    for length in stride(from: 0, to: model.count, by: 13) {
      try tryToOpen(Array(model[..<length]))
    }
  }
}
