import LaminaCore
import LaminaImporters
import LaminaWire
import Testing

@Suite struct MediaPipeTests {
  private func open(_ text: String) throws -> Graph {
    try ModelImporter.open(ModelFile(name: "graph.pbtxt", bytes: ByteView(Array(text.utf8))))
  }

  private static let graph = """
    # A loop and a tag.
    input_stream: "video"
    output_stream: "OUT:drawn"
    node {
      calculator: "FlowLimiterCalculator"
      input_stream: "video"
      input_stream: "FINISHED:drawn"
      input_stream_info: { tag_index: "FINISHED" back_edge: true }
      output_stream: "image"
    }
    node {
      calculator: "RecolorCalculator"
      input_stream: "IMAGE:0:image"
      output_stream: "IMAGE:drawn"
      node_options: { [type.googleapis.com/mediapipe.RecolorCalculatorOptions] { adjust: false } }
    }
    """

  @Test func calculatorsBecomeNodesAndStreamsValues() throws {
    let graph = try open(Self.graph)
    #expect(graph.inputs.map { graph[$0].name } == ["video"])
    #expect(graph.outputs.map { graph[$0].name } == ["drawn"])
    #expect(graph.nodes.map(\.sourceOp) == ["FlowLimiterCalculator", "RecolorCalculator"])
    #expect(graph.nodes[1].inputs == graph.nodes[0].outputs)
    #expect(graph.unsupportedOperators.count == 2)
    #expect(graph.nodes[0].op.attributes.contains { $0.name == "loop from" && $0.value == "drawn" })
  }

  @Test func loopsThatAreNotMarkedAreRefused() {
    let unmarked = Self.graph.replacing("back_edge: true", with: "back_edge: false")
    #expect(throws: ImportError.self) { try open(unmarked) }
  }

  @Test func streamsThatNothingWritesAreRefused() {
    let text = "node { calculator: \"A\" input_stream: \"nowhere\" output_stream: \"x\" }"
    #expect(throws: ImportError.self) { try open(text) }
  }

  @Test func graphsCutShortNeverTrap() throws {
    let bytes = Array(Self.graph.utf8)
    for length in bytes.indices {
      let cut = ModelFile(name: "graph.pbtxt", bytes: ByteView(Array(bytes[..<length])))
      do { try ModelImporter.open(cut).verify() } catch is ImportError {}
    }
    for position in bytes.indices {
      var damaged = bytes
      damaged[position] ^= 1 << UInt8(position % 8)
      let file = ModelFile(name: "graph.pbtxt", bytes: ByteView(damaged))
      do { try ModelImporter.open(file).verify() } catch is ImportError {}
    }
  }

  @Test func bundlesOpenTheirFirstModelOrTheOneThatIsNamed() throws {
    let folder = try TemporaryFolder()
    let first = try fixture("tflite-float-conv/model.tflite")
    let second = try fixture("tflite-detection/model.tflite")
    let bundle = storedZip([("a.tflite", first), ("b.tflite", second), ("notes.txt", [65])])
    let path = try folder.write("both.task", bundle)
    let graph = try ModelImporter.open(path: path)
    #expect(graph.metadata.properties[0].value == "a.tflite")
    #expect(graph.metadata.subgraphs.map(\.name) == ["main", "b.tflite"])
    let other = try ModelImporter.open(path: "\(path):b.tflite")
    #expect(other.metadata.properties[0].value == "b.tflite")
    #expect(throws: ImportError.self) { try ModelImporter.open(path: "\(path):c.tflite") }
    for length in stride(from: 0, to: bundle.count, by: 97) {
      let cut = ModelFile(name: "x.task", bytes: ByteView(Array(bundle[..<length])))
      #expect(throws: ImportError.self) { try ModelImporter.open(cut) }
    }
  }

  /// A zip archive of files that are stored as they are.
  private func storedZip(_ files: [(name: String, bytes: [UInt8])]) -> [UInt8] {
    func number(_ value: Int, _ size: Int) -> [UInt8] {
      (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    var archive: [UInt8] = []
    var directory: [UInt8] = []
    for file in files {
      let name = Array(file.name.utf8)
      let sizes = number(0, 4) + number(file.bytes.count, 4) + number(file.bytes.count, 4)
      let common =
        number(20, 2) + number(0, 2) + number(0, 2) + number(0, 4) + sizes
        + number(name.count, 2) + number(0, 2)
      directory +=
        [0x50, 0x4B, 1, 2] + number(20, 2) + common + number(0, 10)
        + number(archive.count, 4) + name
      archive += [0x50, 0x4B, 3, 4] + common + name + file.bytes
    }
    return archive + directory + [0x50, 0x4B, 5, 6] + number(0, 4) + number(files.count, 2)
      + number(files.count, 2) + number(directory.count, 4) + number(archive.count, 4)
      + number(0, 2)
  }
}
