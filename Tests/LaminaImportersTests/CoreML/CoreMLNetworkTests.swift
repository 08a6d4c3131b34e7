import LaminaCore
import LaminaImporters
import LaminaWire
import Testing

/// Layers of neural networks; expectations are NumPy's and PyTorch's, or worked out by hand.
@Suite struct CoreMLNetworkTests {
  private typealias Model = CoreMLTestModel
  private let four: [Float] = [1, 2, 3, 4]

  private func weights(_ field: Int, _ values: [Float]) -> CoreMLMessage {
    .message(field, .floats(1, values))
  }

  @Test func convolutionPadsAsTheFileSays() throws {
    // 3×3 ones over [[1, 2], [3, 4]] padded to the same size give the sum of all everywhere.
    let parameters =
      CoreMLMessage.int(1, 1) <+> .int(2, 1) <+> .ints(20, [3, 3]) <+> .message(51)
      <+> .int(70, 1) <+> weights(90, [Float](repeating: 1, count: 9)) <+> weights(91, [0.5])
    let y = try Model.run(
      Model.network(Model.layer(100, parameters), from: [1, 2, 2]),
      [1, 2, 2],
      four
    )
    #expect(y.shape == [1, 2, 2])
    #expect(try y.floats() == [10.5, 10.5, 10.5, 10.5])
  }

  @Test func samePaddingMayBeHeavyAtTheTop() throws {
    // A 2×2 window over 2×2: the padded row and column come first.
    let parameters =
      CoreMLMessage.int(1, 1) <+> .int(2, 1) <+> .ints(20, [2, 2]) <+> .message(51, .int(1, 1))
      <+> weights(90, [1, 1, 1, 1])
    let y = try Model.run(
      Model.network(Model.layer(100, parameters), from: [1, 2, 2]),
      [1, 2, 2],
      four
    )
    #expect(try y.floats() == [1, 3, 4, 10])
  }

  @Test func deconvolutionSpreads() throws {
    let parameters =
      CoreMLMessage.int(1, 1) <+> .int(2, 1) <+> .ints(20, [2, 2]) <+> .ints(30, [2, 2])
      <+> .int(60, 1)
      <+> weights(90, [1, 10, 100, 1000])
    let y = try Model.run(
      Model.network(Model.layer(100, parameters), from: [1, 1, 2]),
      [1, 1, 2],
      [3, 5]
    )
    #expect(y.shape == [1, 2, 4])
    #expect(try y.floats() == [3, 30, 5, 50, 300, 3000, 500, 5000])
  }

  @Test func poolingMayIncludeTheLastPixel() throws {
    let x: [Float] = [1, 2, 3, 4, 5, 6, 7, 8, 9]
    let valid = CoreMLMessage.ints(10, [2, 2]) <+> .ints(20, [2, 2]) <+> .message(30)
    let complete =
      CoreMLMessage.ints(10, [2, 2]) <+> .ints(20, [2, 2]) <+> .message(32, .ints(10, [0, 0]))
    let small = try Model.run(
      Model.network(Model.layer(120, valid), from: [1, 3, 3]),
      [1, 3, 3],
      x
    )
    let large = try Model.run(
      Model.network(Model.layer(120, complete), from: [1, 3, 3]),
      [1, 3, 3],
      x
    )
    #expect(try small.floats() == [5])
    #expect(try large.floats() == [5, 6, 8, 9])
  }

  @Test func globalPoolingAverages() throws {
    let parameters = CoreMLMessage.int(1, 1) <+> .int(60, 1)
    let model = Model.network(Model.layer(120, parameters), from: [2, 1, 2])
    #expect(try Model.run(model, [2, 1, 2], four).floats() == [1.5, 3.5])
  }

  @Test func flatteningMayPutChannelsLast() throws {
    let first = Model.network(Model.layer(301, .int(1, 0)), from: [2, 1, 2])
    let last = Model.network(Model.layer(301, .int(1, 1)), from: [2, 1, 2])
    #expect(try Model.run(first, [2, 1, 2], four).floats() == [1, 2, 3, 4])
    #expect(try Model.run(last, [2, 1, 2], four).floats() == [1, 3, 2, 4])
  }

  @Test func legacyShapesKeepSequences() throws {
    // [sequence, batch, C, H, W] comes out as such, and permute may move the sequence.
    let model = Model.network(
      Model.layer(310, .ints(1, [1, 0, 2, 3])),
      from: [2, 1, 3, 1, 1],
      to: [3, 1, 2, 1, 1]
    )
    let y = try Model.run(model, [2, 1, 3, 1, 1], [1, 2, 3, 4, 5, 6])
    #expect(y.shape == [3, 1, 2, 1, 1])
    #expect(try y.floats() == [1, 4, 2, 5, 3, 6])
  }

  @Test(
    arguments: [
      (10, [0, 0, 1, 2]), (15, [-0.2, -0.1, 1, 2]), (5, [-3.9, -1.9, 2.1, 4.1]),
      (41, [0, 0, 0.3, 0.5]), (50, [-0.0864664716763, -0.0632120558829, 1, 2]),
      (30, [-0.9640275801, -0.7615941560, 0.7615941560, 0.9640275801]), (20, [0, 0, 1, 2]),
    ] as [(Int, [Double])]
  )
  func activationsFollowTheirFormulas(_ kind: Int, _ expected: [Double]) throws {
    let alpha: Float = kind == 5 ? 2 : kind == 41 ? 0.2 : 0.1
    let own = CoreMLMessage.float(1, alpha) <+> .float(2, 0.1)
    let model = Model.network(Model.layer(130, .message(kind, own)), from: [4])
    let y = try Model.run(model, [4], [-2, -1, 1, 2])
    #expect(y.shape == [4])
    #expect(try isClose(y, expected, within: 1e-6))
  }

  @Test func unaryFunctionsScaleAndShiftFirst() throws {
    // 1 / (0.5 · x + 1 + 1e-3) at 2
    let parameters = CoreMLMessage.int(1, 2) <+> .float(3, 1e-3) <+> .float(4, 1) <+> .float(5, 0.5)
    let model = Model.network(Model.layer(220, parameters), from: [1])
    #expect(try isClose(Model.run(model, [1], [2]), [1 / 2.001]))
  }

  @Test func normalizationsUseTheirEpsilon() throws {
    // (x − 2.5) / √(1.25 + 0.75)
    let parameters = CoreMLMessage.int(1, 1) <+> .int(2, 1) <+> .float(3, 0.75)
    let model = Model.network(Model.layer(165, parameters), from: [1, 2, 2])
    let expected = [-1.5, -0.5, 0.5, 1.5].map { $0 / 2.0.squareRoot() }
    #expect(try isClose(Model.run(model, [1, 2, 2], four), expected))
  }

  @Test func halfPrecisionAndCodesBecomeWeights() throws {
    func product(_ weights: CoreMLMessage) throws -> [Float] {
      let parameters = CoreMLMessage.int(1, 4) <+> .int(2, 2) <+> .message(20, weights)
      let model = Model.network(Model.layer(140, parameters), from: [4])
      return try Model.run(model, [4], [1, 1, 1, 1]).floats()
    }
    let halves = [1, 2, 3, 4, 5, 6, 7, 8].flatMap {
      CoreMLMessage.littleEndian(Float16($0).bitPattern)
    }
    #expect(try product(.bytes(2, halves)) == [10, 26])
    // Codes 0 … 7 in four bits, the first in the upper half, a scale and a bias for each row.
    let codes: [UInt8] = [0x01, 0x23, 0x45, 0x67]
    let linear = CoreMLMessage.message(101, .floats(1, [2, 1]), .floats(2, [0, -1]))
    #expect(try product(.bytes(30, codes) <+> .message(40, .int(1, 4), linear)) == [12, 18])
    // Codes of one bit in a table.
    let table = CoreMLMessage.message(102, .floats(1, [-1, 5]))
    #expect(try product(.bytes(30, [0b1000_0111]) <+> .message(40, .int(1, 1), table)) == [2, 14])
  }

  @Test func theLSTMIsPyTorchs() throws {
    // torch.nn.LSTM(1, 1) with all weights 0.5, biases 0.1 for inputs, over 1, 2.
    let one: [Float] = [0.5]
    var gates = CoreMLMessage()
    for field in [1, 2, 3, 4, 20, 21, 22, 23] { gates = gates <+> weights(field, one) }
    for field in 40...43 { gates = gates <+> weights(field, [0.1]) }
    let own = CoreMLMessage.int(10, 1) <+> .int(20, 1)
    let sigmoid = CoreMLMessage.message(10, .message(40))
    let tanh = CoreMLMessage.message(10, .message(30))
    let parameters =
      CoreMLMessage.int(1, 1) <+> .int(2, 1) <+> sigmoid <+> tanh <+> tanh <+> .message(15, own)
      <+> .message(20, gates)
    let model = Model.network(
      Model.layer(420, parameters),
      from: [2, 1, 1, 1, 1],
      to: [2, 1, 1, 1, 1]
    )
    let y = try Model.run(model, [2, 1, 1, 1, 1], [1, 2])
    #expect(try isClose(y, [0.21531974, 0.55539632], within: 2e-6))
  }

  @Test func exactShapesAreKept() throws {
    let sum = Model.network(
      Model.layer(1270, .ints(1, [-1]) <+> .int(2, 0)),
      from: [2, 2],
      to: [2],
      isExact: true
    )
    #expect(try Model.run(sum, [2, 2], four).floats() == [3, 7])
    let slice = CoreMLMessage.ints(1, [0, 1]) <+> .ints(2, [1, 0]) <+> .ints(3, [2, 2])
    let cut = slice <+> .ints(4, [1, 0]) <+> .ints(5, [1, 1]) <+> .ints(6, [0, 1])
    let model = Model.network(Model.layer(995, cut), from: [2, 2], to: [2], isExact: true)
    let y = try Model.run(model, [2, 2], four)
    #expect(y.shape == [2])
    #expect(try y.floats() == [2, 4])
  }

  @Test func picturesAreScaledAsTheNetworkAsks() throws {
    let scaler =
      CoreMLMessage.text(1, "x")
      <+> .message(10, .float(10, 0.5), .float(20, 1), .float(21, 2), .float(22, 3))
    let layer = Model.layer(130, .message(10))
    for (order, bias) in [(20, [3, 2, 1]), (30, [1, 2, 3])] as [(Int, [Float])] {
      let model = Model.model(
        500,
        layer <+> .message(2, scaler),
        inputs: [("x", .image(width: 1, height: 1, order: order))],
        outputs: [("y", .array([3], .float32))]
      )
      let bytes = Tensor([3, 1, 1], [10, 20, 30] as [UInt8])
      let y = try Model.run(model, [.tensor(bytes)])[0].tensor
      #expect(try y.floats() == zip([5, 10, 15] as [Float], bias).map { $0 + $1 })
    }
  }

  @Test func classifiersGiveScoresAndTheirLabel() throws {
    let labels = CoreMLMessage.message(100, .text(1, "cat"), .text(1, "dog"))
    let model = Model.model(
      403,
      Model.layer(130, .message(10)) <+> labels <+> .text(200, "y"),
      inputs: [("x", .array([2], .float64))],
      outputs: [("label", .text), ("scores", .dictionary)],
      predicted: "label",
      probabilities: "scores"
    )
    let graph = try Model.open(model)
    #expect(graph.metadata.outputs.map(\.labels) == [nil, ["cat", "dog"]])
    let results = try graph.evaluate([.tensor(Tensor([2], [1, 3] as [Double]))])
    #expect(try results[0].tensor.strings == ["dog"])
    #expect(try results[1].tensor.doubles() == [1, 3])
  }

  @Test func unknownLayersAreShownAndNamed() throws {
    let custom = Model.layer(500, .text(10, "MyLayer"))
    let graph = try Model.open(Model.network(custom, from: [1], to: [1]))
    #expect(graph.unsupportedOperators == ["custom"])
    let strange = try Model.open(Model.network(Model.layer(9000, .int(1, 1)), from: [1], to: [1]))
    #expect(strange.unsupportedOperators == ["layer kind 9000"])
  }

  @Test func weightsOfTheWrongCountAreRefused() {
    let parameters = CoreMLMessage.int(1, 4) <+> .int(2, 2) <+> weights(20, [1, 2, 3])
    #expect {
      try Model.open(Model.network(Model.layer(140, parameters), from: [4]))
    } throws: {
      "\($0)".contains("expected 8 weights of 32 bits, found 12 bytes")
    }
    let huge = CoreMLMessage.int(1, 1 << 30) <+> .int(2, 1 << 30) <+> weights(20, [1])
    #expect(throws: ImportError.self) {
      try Model.open(Model.network(Model.layer(140, huge), from: [4]))
    }
  }
}
