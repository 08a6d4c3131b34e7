import LaminaCore
import LaminaImporters
import LaminaTestSupport
import LaminaWire
import Testing

@Suite struct Caffe2ImporterTests {
  // MARK: Messages

  private static func field(_ number: Int, _ payload: [UInt8]) -> [UInt8] {
    CaffeTestNet.field(number, payload)
  }

  private static func text(_ number: Int, _ text: String) -> [UInt8] {
    field(number, Array(text.utf8))
  }

  /// An operator with arguments that are ready-made messages.
  private static func op(
    _ type: String,
    _ inputs: [String],
    _ outputs: [String],
    _ arguments: [[UInt8]] = []
  ) -> [UInt8] {
    field(
      2,
      inputs.flatMap { text(1, $0) } + outputs.flatMap { text(2, $0) } + text(4, type)
        + arguments.flatMap { field(5, $0) }
    )
  }

  private static func int(_ name: String, _ value: Int) -> [UInt8] {
    text(1, name) + CaffeTestNet.tag(3, .varint) + CaffeTestNet.varint(value)
  }

  private static func ints(_ name: String, _ values: [Int]) -> [UInt8] {
    text(1, name)
      + values.flatMap {
        var bytes = CaffeTestNet.tag(6, .varint)
        ProtobufWriter.appendVarint(UInt64(bitPattern: Int64($0)), to: &bytes)
        return bytes
      }
  }

  private static func floats(_ name: String, _ values: [Float]) -> [UInt8] {
    text(1, name)
      + values.flatMap { value in
        CaffeTestNet.tag(5, .fourBytes)
          + withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
      }
  }

  private static func string(_ name: String, _ value: String) -> [UInt8] {
    text(1, name) + text(4, value)
  }

  private static func fill(_ name: String, _ tensor: Tensor) throws -> [UInt8] {
    op(
      "GivenTensorFill",
      [],
      [name],
      [ints("shape", tensor.shape.dims), floats("values", try tensor.floats())]
    )
  }

  // MARK: Models

  /// A convolution in place of which a slope follows, maxima that round up, and a product.
  private static let predict: [UInt8] =
    text(1, "net")
    + op("Conv", ["data", "w", "b"], ["c"], [int("kernel", 2)])
    + op("PRelu", ["c", "s"], ["c"])
    + op("MaxPool", ["c"], ["p"], [int("kernel", 2), int("stride", 2), int("legacy_pad", 3)])
    + op("Reshape", ["p"], ["r", "old"], [ints("shape", [-1, 4])])
    + op("FC", ["r", "fw", "fb"], ["y"])
    + ["data", "w", "b", "s", "fw", "fb"].flatMap { text(7, $0) } + text(8, "y")

  private static func initial() throws -> [UInt8] {
    try fill("w", Tensor([1, 1, 2, 2], [Float(1), 0, 0, -1]))
      + fill("b", Tensor([1], [Float(0.25)])) + fill("s", Tensor([1], [Float(0.5)]))
      + fill("fw", Tensor([1, 4], [Float(1), 2, 3, 4]))
      + op("ConstantFill", [], ["fb"], [ints("shape", [1])])
      + op("ConstantFill", [], ["data"], [ints("shape", [1])])
  }

  /// By hand: c = x[i, j] − x[i+1, j+1] + 0.25 = −0.375 everywhere, half of it after the slope,
  /// and ten times that in the end.
  private let x = Tensor([1, 1, 4, 4], (0..<16).map { Float($0) / 8 })
  private let expected = Tensor([1, 1], [Float(-1.875)])

  @Test func eitherFileFindsTheOther() throws {
    let files = ["init_net.pb": try Self.initial(), "predict_net.pb": Self.predict]
    try TestFolder.with(files) { (folder) throws -> Void in
      for name in files.keys {
        let graph = try folder.open(name)
        #expect(graph.inputs.map { graph[$0].name } == ["data"])
        #expect(graph[graph.inputs[0]].tensorType.shape == [-1, 1, -1, -1])
        expectClose(try graph.evaluate([.tensor(x)])[0].tensor, expected)
      }
      #expect(Caffe2Format.isPart(try folder.file("init_net.pb")))
      #expect(try !Caffe2Format.isPart(folder.file("predict_net.pb")))
    }
  }

  @Test func aNetAloneIsShownAndDoesNotRun() throws {
    try TestFolder.with(["predict_net.pb": Self.predict]) { (folder) throws -> Void in
      let graph = try folder.open("predict_net.pb")
      #expect(graph.inputs.map { graph[$0].name } == ["data"])
      #expect(graph.absentWeights == ["w", "b", "s", "fw", "fb"])
      #expect(throws: GraphError.self) { try graph.evaluate([.tensor(x)]) }
    }
    try TestFolder.with(["init_net.pb": Self.initial()]) { (folder) throws -> Void in
      #expect(throws: ImportError.self) { try folder.open("init_net.pb") }
    }
  }

  @Test func aPageInPlaceOfWeightsIsRefusedByName() throws {
    let page = Array("\n\n<!DOCTYPE html><html></html>".utf8)
    let error = try TestFolder.with(["init_net.pb": page, "predict_net.pb": Self.predict]) {
      folder in
      #expect(throws: ImportError.self) { try folder.open("predict_net.pb") }
    }
    #expect("\(try #require(error))".contains("found an HTML page"))
  }

  @Test func fillsInThePredictingNetAreConstantsAndUnknownOperatorsAreShown() throws {
    let net =
      try Self.fill("k", Tensor([2], [Float(3), 4]))
      + Self.op("Add", ["x", "k"], ["s"], [Self.int("broadcast", 1)])
      + Self.op("Frobnicate", ["s"], ["y"]) + Self.text(7, "x") + Self.text(8, "y")
    let graph = try ModelImporter.open(ModelFile(name: "n", bytes: ByteView(net)))
    #expect(graph.nodes.map(\.sourceOp) == ["Add", "Frobnicate"])
    #expect(try graph.constant(graph.nodes[0].inputs[1])?.floats() == [3, 4])
    #expect(graph.unsupportedOperators == ["Frobnicate"])
  }

  @Test func channelsMayComeLast() throws {
    let net =
      try Self.fill("w", Tensor([1, 1, 1, 2], [Float(2), 3]))
      + Self.op(
        "Conv",
        ["x", "w"],
        ["y"],
        [Self.int("kernel", 1), Self.string("order", "NHWC")]
      ) + Self.text(7, "x") + Self.text(8, "y")
    let graph = try ModelImporter.open(ModelFile(name: "n", bytes: ByteView(net)))
    let y = try graph.evaluate([.tensor(Tensor([1, 1, 2, 2], [Float(1), 1, 0, 2]))])[0].tensor
    expectClose(y, Tensor([1, 1, 2, 1], [Float(5), 6]))
  }

  @Test func aNetIsToldFromOthersByItsFields() throws {
    func isNet(_ bytes: [UInt8]) -> Bool {
      Caffe2Format.recognizes(ModelFile(name: "m", bytes: ByteView(bytes)))
    }
    #expect(isNet(Self.predict))
    #expect(try isNet(Self.initial()))
    let caffe = CaffeTestNet(text: "", weights: [("c", [ramp([2])])])
    #expect(!isNet(caffe.bytes()))
    #expect(!isNet(caffe.bytes(legacy: true)))
    #expect(!CaffeFormat.recognizes(ModelFile(name: "m", bytes: ByteView(Self.predict))))
    #expect(!isNet(Array("<!DOCTYPE html>".utf8)))
    #expect(!isNet([]))
  }

  @Test func cutAndFlippedNetsNeverTrap() throws {
    let initial = try Self.initial()
    func open(_ initial: [UInt8], _ predict: [UInt8]) throws {
      try TestFolder.with(["init_net.pb": initial, "predict_net.pb": predict]) {
        do { try $0.open("predict_net.pb").verify() } catch is ImportError {}
      }
    }
    for length in 0..<initial.count { try open(Array(initial[..<length]), Self.predict) }
    for length in 0..<Self.predict.count { try open(initial, Array(Self.predict[..<length])) }
    for bit in 0..<Self.predict.count * 8 {
      var damaged = Self.predict
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      try open(initial, damaged)
    }
    for bit in 0..<initial.count * 8 {
      var damaged = initial
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      try open(damaged, Self.predict)
    }
  }
}
