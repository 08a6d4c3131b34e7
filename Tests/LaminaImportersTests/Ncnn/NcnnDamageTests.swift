import LaminaCore
import LaminaImporters
import LaminaWire
import Testing

/// Cuts ncnn's two files short and flips their bits: an error or a valid model, never a trap.
@Suite struct NcnnDamageTests {
  static let names = ["ncnn-float", "ncnn-float16", "ncnn-int8", "ncnn-sequence"]

  /// Opens layers and weights from files, so that one finds the other.
  private func open(_ folder: TemporaryFolder, _ layers: [UInt8], _ weights: [UInt8]?) throws
    -> Graph
  {
    if let weights { try folder.write("model.bin", weights) }
    return try ModelImporter.open(path: try folder.write("model.param", layers))
  }

  @Test(arguments: names) func weightsCutShortAreRefused(_ name: String) throws {
    let folder = try TemporaryFolder()
    let layers = try fixture("\(name)/model.param")
    let weights = try fixture("\(name)/model.bin")
    #expect(try open(folder, layers, weights).unsupportedOperators.isEmpty)
    for length in stride(from: 0, to: weights.count - 3, by: 7) {
      #expect(throws: ImportError.self, "\(length) of \(weights.count) bytes") {
        try open(folder, layers, Array(weights[..<length]))
      }
    }
  }

  @Test(arguments: names) func layersCutShortNeverTrap(_ name: String) throws {
    let folder = try TemporaryFolder()
    let layers = try fixture("\(name)/model.param")
    try folder.write("model.bin", try fixture("\(name)/model.bin"))
    for length in 0..<layers.count {
      do { try open(folder, Array(layers[..<length]), nil).verify() } catch is ImportError {}
    }
  }

  @Test(arguments: names) func flippedBitsNeverTrap(_ name: String) throws {
    let folder = try TemporaryFolder()
    let layers = try fixture("\(name)/model.param")
    try folder.write("model.bin", try fixture("\(name)/model.bin"))
    var openedCount = 0
    for bit in stride(from: 0, to: layers.count * 8, by: 3) {
      var damaged = layers
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      do {
        try open(folder, damaged, nil).verify()
        openedCount += 1
      } catch is ImportError { continue }
    }
    #expect(openedCount > 0)
  }
}
