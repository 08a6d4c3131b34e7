import LaminaCore
import LaminaImporters
import LaminaWire
import Testing

/// Cuts small models short and flips each of their bits: an error or a valid model, never a trap.
@Suite struct CoreMLDamageTests {
  private typealias Model = CoreMLTestModel

  static let names = ["network", "learning"]

  /// A convolution, an activation and a classifier; or a pipeline of a scaler and a tree.
  private func bytes(of name: String) -> [UInt8] {
    let labels = CoreMLMessage.message(100, .text(1, "a"), .text(1, "b"))
    if name == "network" {
      let convolution =
        CoreMLMessage.int(1, 2) <+> .int(2, 1) <+> .ints(20, [2, 2]) <+> .message(50)
        <+> .message(90, .floats(1, [1, 2, 3, 4, 5, 6, 7, 8]))
      let layers =
        Model.layer(100, convolution, ["x"], ["c"]) <+> Model.layer(130, .message(10), ["c"], ["r"])
        <+> Model.layer(301, .int(1, 1), ["r"], ["y"])
      return Model.model(
        403,
        layers <+> labels,
        inputs: [("x", .image(width: 2, height: 2, order: 10))],
        outputs: [("l", .text), ("p", .dictionary)],
        predicted: "l",
        probabilities: "p"
      ).bytes
    }
    let vector = Model.Feature.array([2], .float64)
    let scaler = Model.model(
      604,
      .doubles(1, [1]) <+> .doubles(2, [2]),
      inputs: [("x", vector)],
      outputs: [("s", vector)]
    )
    let leaf = CoreMLMessage.message(1, .int(2, 0), .int(3, 6), .message(20, .double(2, 1)))
    let tree = Model.model(
      302,
      .message(1, leaf <+> .int(2, 1)),
      inputs: [("s", vector)],
      outputs: [("y", .number)],
      predicted: "y"
    )
    return Model.model(
      202,
      .message(1, scaler) <+> .message(1, tree),
      inputs: [("x", vector)],
      outputs: [("y", .number)]
    ).bytes
  }

  private func open(_ bytes: [UInt8]) throws -> Graph {
    let file = ModelFile(name: "model", bytes: ByteView(bytes))
    _ = CoreMLFormat.recognizes(file)
    return try CoreMLFormat.open(file)
  }

  @Test(arguments: names) func wholeModelsAreRecognizedAndOpen(_ name: String) throws {
    let file = ModelFile(name: "model", bytes: ByteView(bytes(of: name)))
    #expect(CoreMLFormat.recognizes(file))
    #expect(ModelImporter.format(of: file) == CoreMLFormat.self)
    #expect(try !CoreMLFormat.open(file).nodes.isEmpty)
  }

  @Test(arguments: names) func modelsCutShortAreRefused(_ name: String) {
    let model = bytes(of: name)
    for length in model.indices {
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

  @Test func otherFilesAreNotTaken() {
    let samples: [[UInt8]] = [
      [], Array("plain text".utf8), [0x08, 0x04], [0x08, 0x07, 0x12, 0x07] + Array("pytorch".utf8),
      Array("{\"a\": 1}".utf8), [0x50, 0x4B, 3, 4],
    ]
    for sample in samples {
      #expect(!CoreMLFormat.recognizes(ModelFile(name: "m", bytes: ByteView(sample))))
    }
  }
}
