import LaminaCore
import LaminaImporters
import LaminaWire
import Testing

@Suite struct MDLFormatTests {
  static let names = ["mdl-float", "mdl-bytes"]

  private func open(_ folder: TemporaryFolder, _ layers: [UInt8], _ weights: [UInt8]) throws
    -> Graph
  {
    try folder.write("data.bin", weights)
    return try ModelImporter.open(path: try folder.write("model.json", layers))
  }

  @Test(arguments: names) func eitherFileFindsTheOther(_ name: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("model.json", try fixture("\(name)/model.json"))
    let path = try folder.write("data.bin", try fixture("\(name)/data.bin"))
    let graph = try ModelImporter.open(path: path)
    #expect(graph.unsupportedOperators.isEmpty)
    #expect(MDLFormat.isPart(try ModelFile(path: path)))
  }

  @Test func layersWithoutTheirWeightsOpenButDoNotRun() throws {
    let bytes = ByteView(try fixture("mdl-float/model.json"))
    let graph = try ModelImporter.open(ModelFile(name: "model.json", bytes: bytes))
    #expect(graph.unsupportedOperators == ["ConvolutionLayer", "FCLayer"])
  }

  @Test func otherJSONIsNotTaken() {
    let bytes = ByteView(Array("{\"layer\": [], \"weight\": 1}".utf8))
    #expect(!MDLFormat.recognizes(ModelFile(name: "model.json", bytes: bytes)))
  }

  @Test(arguments: names) func weightsCutShortAreRefused(_ name: String) throws {
    let folder = try TemporaryFolder()
    let layers = try fixture("\(name)/model.json")
    let weights = try fixture("\(name)/data.bin")
    for length in 0..<weights.count {
      #expect(throws: ImportError.self, "\(length) of \(weights.count) bytes") {
        try open(folder, layers, Array(weights[..<length]))
      }
    }
  }

  @Test(arguments: names) func flippedBitsNeverTrap(_ name: String) throws {
    let folder = try TemporaryFolder()
    let layers = try fixture("\(name)/model.json")
    let weights = try fixture("\(name)/data.bin")
    for position in layers.indices {
      var damaged = layers
      damaged[position] ^= 1 << UInt8(position % 8)
      do { try open(folder, damaged, weights).verify() } catch is ImportError {}
    }
    for bit in 0..<1200 {
      var damaged = weights
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      do { try open(folder, layers, damaged).verify() } catch is ImportError {}
    }
  }
}
