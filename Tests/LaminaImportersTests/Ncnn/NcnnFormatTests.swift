import LaminaCore
import LaminaImporters
import LaminaWire
import Testing

/// What ncnn's files mean, on layers written here; numbers are worked out by hand.
@Suite struct NcnnFormatTests {
  private func open(_ layers: [String], weights: [UInt8]? = nil) throws -> Graph {
    let folder = try TemporaryFolder()
    let text = "7767517\n\(layers.count) 20\n" + layers.joined(separator: "\n") + "\n"
    let path = try folder.write("net.param", Array(text.utf8))
    if let weights { try folder.write("net.bin", weights) }
    return try ModelImporter.open(path: path)
  }

  private func run(_ layers: [String], _ shape: Shape, _ x: [Float]) throws -> Tensor {
    let graph = try open(["Input in 0 1 in"] + layers)
    return try graph.evaluate([.tensor(Tensor(shape, x))])[0].tensor
  }

  private func bytes(_ values: [Float]) -> [UInt8] {
    values.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian) { Array($0) } }
  }

  @Test func blobsHaveNoBatchAxisAtTheGraphsBorders() throws {
    let graph = try open(["Input in 0 1 in 0=4 1=3 2=2", "ReLU r 1 1 in out"])
    #expect(graph.inputs.map { graph[$0].tensorType.shape } == [[2, 3, 4]])
    #expect(graph.outputs.map { graph[$0].tensorType.shape } == [[2, 3, 4]])
    #expect(graph.nodes.map(\.sourceOp) == ["Input", "ReLU", "output"])
  }

  @Test func theFirstConvolutionTellsTheChannelsOfAnInputWithoutShape() throws {
    let graph = try open(["Input in 0 1 in", "Convolution c 1 1 in out 0=4 1=3 6=180"])
    #expect(graph[graph.inputs[0]].tensorType.shape == [5, -1, -1])
  }

  @Test func layersWithoutTheirWeightsOpenButDoNotRun() throws {
    let graph = try open(["Input in 0 1 in", "Convolution c 1 1 in out 0=4 1=3 6=180"])
    #expect(graph.unsupportedOperators == ["Convolution"])
  }

  @Test func eitherFileFindsTheOther() throws {
    let folder = try TemporaryFolder()
    let text = "7767517\n2 2\nInput in 0 1 in\nInnerProduct p 1 1 in out 0=1 1=1 2=2\n"
    try folder.write("net.param", Array(text.utf8))
    let weights = try folder.write("net.bin", bytes([0, 2, 3, 10]))
    let graph = try ModelImporter.open(path: weights)
    let y = try graph.evaluate([.tensor(Tensor([2], [Float(5), 7]))])[0].tensor
    #expect(try y.floats() == [2 * 5 + 3 * 7 + 10])
    let file = try ModelFile(path: weights)
    #expect(NcnnFormat.isPart(file))
  }

  @Test func binaryParametersMeanTheSameAsText() throws {
    // Input (16) without blobs to read, then ReLU (26) with slope 0.5.
    let words: [UInt32] = [
      7_767_517, 2, 2, 16, 0, 1, 0, 0, 2, UInt32(bitPattern: -233), 26, 1, 1, 0, 1, 0,
      Float(0.5).bitPattern, UInt32(bitPattern: -233),
    ]
    let data = words.flatMap { withUnsafeBytes(of: $0.littleEndian) { Array($0) } }
    let graph = try ModelImporter.open(ModelFile(name: "net.param.bin", bytes: ByteView(data)))
    let y = try graph.evaluate([.tensor(Tensor([2], [Float(-4), 4]))])[0].tensor
    #expect(try y.floats() == [-2, 4])
  }

  @Test func slicesOfMinus233ShareWhatIsLeft() throws {
    let layers = ["Slice s 1 3 in a b c -23300=3,1,-233,-233"]
    let graph = try open(["Input in 0 1 in 0=1 1=1 2=6"] + layers)
    #expect(graph.outputs.map { graph[$0].tensorType.shape[0] } == [1, 2, 3])
  }

  @Test func aLineMeetsTheChannelsOfAnImageWhenItIsAsLong() throws {
    let graph = try open(
      [
        "Input in 0 1 in 0=3 1=1 2=2", "MemoryData m 0 1 m 0=2", "BinaryOp b 2 1 in m out 0=2",
      ],
      weights: bytes([10, 100])
    )
    let x = Tensor([2, 1, 3], (1...6).map { Float($0) })
    #expect(try graph.evaluate([.tensor(x)])[0].tensor.floats() == [10, 20, 30, 400, 500, 600])
  }

  @Test func reversedOperationsSwapTheirSides() throws {
    #expect(
      try run(["BinaryOp b 1 1 in out 0=7 1=1 2=1.0e1"], [1, 1, 2], [1, 4]).floats() == [9, 6]
    )
    #expect(
      try run(["BinaryOp b 1 1 in out 0=8 1=1 2=8.0"], [1, 1, 2], [2, 4]).floats() == [4, 2]
    )
  }

  @Test func fullPaddingLetsALastPartialWindowCount() throws {
    let x = (1...5).map { Float($0) }
    let full = try run(["Pooling p 1 1 in out 0=0 1=2 11=1 2=2 12=1"], [1, 1, 5], x)
    #expect(try full.floats() == [2, 4, 5])
    let valid = try run(["Pooling p 1 1 in out 0=0 1=2 11=1 2=2 12=1 5=1"], [1, 1, 5], x)
    #expect(try valid.floats() == [2, 4])
  }

  @Test func globalPoolingGivesALine() throws {
    let y = try run(["Pooling p 1 1 in out 0=1 4=1"], [2, 1, 2], [1, 3, 5, 9])
    #expect(y.shape == [2])
    #expect(try y.floats() == [2, 7])
  }

  @Test func permutationsCountFromTheInnermostAxis() throws {
    // Order 3 puts the channels innermost and the height outermost.
    let x = (0..<6).map { Float($0) }
    let y = try run(["Permute p 1 1 in out 0=3"], [2, 1, 3], x)
    #expect(y.shape == [1, 3, 2])
    #expect(try y.floats() == [0, 3, 1, 4, 2, 5])
  }

  @Test func shuffledChannelsAlternateBetweenTheGroups() throws {
    let graph = try open(["Input in 0 1 in 0=1 1=1 2=6", "ShuffleChannel s 1 1 in out 0=2"])
    let x = Tensor([6, 1, 1], (0..<6).map { Float($0) })
    #expect(try graph.evaluate([.tensor(x)])[0].tensor.floats() == [0, 3, 1, 4, 2, 5])
  }

  @Test func unknownLayersKeepTheirParameters() throws {
    let graph = try open(["Input in 0 1 in", "Mystery m 1 1 in out 0=3 -23301=2,0.5,1.5"])
    #expect(graph.unsupportedOperators == ["Mystery"])
    #expect(graph.nodes[1].op.attributes.map(\.name) == ["0", "1"])
  }

  @Test func layersThatReadThemselvesAreRefused() {
    #expect(throws: ImportError.self) { try open(["ReLU a 1 1 y x", "ReLU b 1 1 x y"]) }
  }

  @Test(
    arguments: [
      "7767517\n99999999 1\nInput in 0 1 in\n", "7767517\n1 1\nInput in 0 9999 in\n",
      "7767517\n1 1\nInput in -1 1 in\n", "7767517\n2 2\nInput in 0 1 in\nReLU r 1 1 in out 99=1\n",
      "7767517\n2 2\nInput in 0 1 in\nConvolution c 1 1 in out 0=2000000000 1=2000000000 6=4\n",
      "7767517\n2 2\nInput in 0 1 in\nLSTM l 1 1 in out 0=1000000000 1=2000000000\n",
    ]
  )
  func hugeCountsAreRefused(_ text: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("net.bin", [0, 0, 0, 0])
    let path = try folder.write("net.param", Array(text.utf8))
    #expect(throws: ImportError.self) { try ModelImporter.open(path: path) }
  }
}
