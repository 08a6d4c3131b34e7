import LaminaCore
import LaminaImporters
import LaminaWire
import Testing

/// Opens MNN's files, cuts them short and flips their bits.
@Suite struct MNNDamageTests {
  static let names = ["mnn-float", "mnn-float16", "mnn-int8-weights", "mnn-int4-weights"]

  private func open(_ bytes: [UInt8]) throws -> Graph {
    try ModelImporter.open(ModelFile(name: "model.mnn", bytes: ByteView(bytes)))
  }

  @Test(arguments: names) func modelsOpenUnderTheirFormatsName(_ name: String) throws {
    let graph = try open(fixture("\(name)/model.mnn"))
    #expect(graph.metadata.format.hasPrefix("MNN 3"))
    #expect(graph.unsupportedOperators.isEmpty)
    #expect(graph.inputs.map { graph[$0].tensorType.shape } == [[1, 3, 14, 14]])
    #expect(graph.outputs.map { graph[$0].name } == ["prob"])
  }

  @Test(arguments: names) func modelsCutShortNeverTrap(_ name: String) throws {
    let model = try fixture("\(name)/model.mnn")
    for length in stride(from: 0, to: model.count, by: 5) {
      do { try open(Array(model[..<length])).verify() } catch is ImportError {}
    }
  }

  @Test(arguments: names) func flippedBitsNeverTrap(_ name: String) throws {
    let model = try fixture("\(name)/model.mnn")
    var openedCount = 0
    for position in stride(from: 0, to: model.count, by: 2) {
      var damaged = model
      damaged[position] ^= 1 << UInt8(position / 2 % 8)
      do {
        try open(damaged).verify()
        openedCount += 1
      } catch is ImportError { continue }
    }
    #expect(openedCount > 0)
  }
}
