import LaminaCore
import LaminaImporters
import LaminaTestSupport
import LaminaWire
import Testing

@Suite struct MXNetImporterTests {
  private typealias Model = MXNetTestModel

  /// A convolution, a normalization, maxima, a product and an output with a label.
  static let model = MXNetTestModel(
    nodes: [
      Model.variable("data"), Model.variable("c_weight"), Model.variable("c_bias"),
      Model.node(
        "Convolution",
        "c",
        [0, 1, 2],
        ["kernel": "(2L, 2L)", "num_filter": "1", "stride": "(1, 1)"]
      ),
      Model.variable("b_gamma"), Model.variable("b_beta"), Model.variable("b_moving_mean"),
      Model.variable("b_moving_var"),
      Model.node("BatchNorm", "b", [3, 4, 5, 6, 7], ["eps": "0", "fix_gamma": "True"]),
      Model.node(
        "Pooling",
        "p",
        [8],
        ["kernel": "(2, 2)", "stride": "(2, 2)", "pool_type": "max", "pooling_convention": "full"]
      ),
      Model.variable("f_weight"),
      Model.node("FullyConnected", "f", [9, 10], ["num_hidden": "2", "no_bias": "True"]),
      Model.variable("s_label"),
      Model.node("SoftmaxOutput", "s", [11, 12]),
    ],
    heads: "[[13, 0]]",
    parameters: [
      ("arg:c_weight", Tensor([1, 1, 2, 2], [Float(1), 0, 0, 1])),
      ("arg:c_bias", Tensor([1], [Float(1)])), ("arg:b_gamma", Tensor([1], [Float(7)])),
      ("arg:b_beta", Tensor([1], [Float(0.5)])), ("aux:b_moving_mean", Tensor([1], [Float(2)])),
      ("aux:b_moving_var", Tensor([1], [Float(4)])),
      ("arg:f_weight", Tensor([2, 4], [Float(1), 0, 0, 0, 0, 0, 0, 1])),
    ]
  )

  private let x = Tensor([1, 1, 4, 4], (0..<16).map { Float($0) / 8 })

  /// By hand: c = x[i, j] + x[i+1, j+1] + 1, b = (c − 2) / 2 + 0.5, the maxima of 2×2 from a 3×3
  /// map rounded up to 2×2, whose first and last go through a softmax.
  private let expected = Tensor([1, 2], [Float(0.348645), 0.651355])

  @Test(arguments: ["attrs", "attr", "param"])
  func attributesMayHaveAnyOfTheirNames(_ key: String) throws {
    let graph = try Self.model.open(attributeKey: key)
    expectClose(try graph.evaluate([.tensor(x)])[0].tensor, expected)
  }

  @Test(arguments: [MXNetTestModel.Version.legacy, .first, .second])
  func parametersOfEveryAgeAreRead(_ version: MXNetTestModel.Version) throws {
    let graph = try Self.model.open(version)
    expectClose(try graph.evaluate([.tensor(x)])[0].tensor, expected)
  }

  @Test func labelsAreNoInputsAndTheChannelsFollowFromTheWeights() throws {
    let graph = try Self.model.open()
    #expect(graph.inputs.map { graph[$0].name } == ["data"])
    #expect(graph[graph.inputs[0]].tensorType.shape == [-1, 1, -1, -1])
    #expect(graph.outputs.map { graph[$0].name } == ["s_output"])
    #expect(graph[graph.outputs[0]].tensorType.shape == [-1, 2])
  }

  @Test func eitherFileFindsTheOther() throws {
    let model = Self.model
    let files = [
      "a-symbol.json": model.symbol(), "a-0001.params": model.list(), "b-0001.params": [],
    ]
    try TestFolder.with(files) { (folder) throws -> Void in
      #expect(try folder.open("a-0001.params").nodes.count == 5)
      #expect(try folder.open("a-symbol.json").metadata.missingWeights == nil)
      #expect(MXNetFormat.isPart(try folder.file("a-0001.params")))
    }
    try TestFolder.with(["a-0001.params": model.list()]) { (folder) throws -> Void in
      #expect(throws: ImportError.self) { try folder.open("a-0001.params") }
    }
  }

  @Test func aGraphWithoutParametersIsShownAndDoesNotRun() throws {
    let symbol = Self.model.symbol()
    try TestFolder.with(["a-symbol.json": symbol]) { (folder) throws -> Void in
      let graph = try folder.open("a-symbol.json")
      #expect(graph.inputs.map { graph[$0].name } == ["data"])
      #expect(graph.metadata.missingWeights?.hasPrefix("a-0000.params") == true)
      #expect(throws: (any Error).self) { try graph.evaluate([.tensor(x)]) }
    }
  }

  @Test func shapesMayHaveCodes() throws {
    let model = MXNetTestModel(
      nodes: [
        "{\"op\": \"null\", \"name\": \"x\", \"ATTRS\": {\"__shape__\": \"(2, 3, 4)\"}, \"inputs\": []}",
        Model.node("Reshape", "a", [0], ["shape": "(-3, -2)"]),
        Model.node("reshape", "b", [0], ["shape": "(-4, 1, 2, -2)"]),
        Model.node("Reshape", "c", [0], ["shape": "(0, -1)"]),
      ],
      heads: "[[1, 0], [2, 0], [3, 0]]",
      parameters: []
    )
    let graph = try model.open()
    let shapes = graph.outputs.map { graph[$0].tensorType.shape }
    #expect(shapes == [[6, 4], [1, 2, 3, 4], [2, 12]])
  }

  @Test func functionsOfScalarsAndComparisonsKeepTheElementType() throws {
    let model = MXNetTestModel(
      nodes: [
        "{\"op\": \"null\", \"name\": \"x\", \"ATTRS\": {\"__shape__\": \"(3,)\"}, \"inputs\": []}",
        Model.node("_rminus_scalar", "a", [0], ["scalar": "1"]),
        Model.node("_rdiv_scalar", "b", [0], ["scalar": "2"]),
        Model.node("_greater_scalar", "c", [0], ["scalar": "0"]),
        Model.node("LeakyReLU", "d", [0], ["act_type": "leaky", "slope": "0.5"]),
      ],
      heads: "[[1, 0], [2, 0], [3, 0], [4, 0]]",
      parameters: []
    )
    let x = Tensor([3], [Float(-1), 2, 4])
    let y = try model.open().evaluate([.tensor(x)]).map { try $0.tensor }
    expectClose(y[0], Tensor([3], [Float(2), -1, -3]))
    expectClose(y[1], Tensor([3], [Float(-2), 1, 0.5]))
    expectClose(y[2], Tensor([3], [Float(0), 1, 1]))
    expectClose(y[3], Tensor([3], [Float(-0.5), 2, 4]))
  }

  @Test func referencesForwardAreRefused() throws {
    let circle = MXNetTestModel(
      nodes: [Model.variable("x"), Model.node("relu", "a", [2]), Model.node("relu", "b", [1])],
      heads: "[[2, 0]]",
      parameters: []
    )
    #expect(throws: ImportError.self) { try circle.open() }
    var far = Self.model
    far.heads = "[[99, 0]]"
    #expect(throws: ImportError.self) { try far.open() }
  }

  @Test func damagedFilesNeverTrap() throws {
    let (symbol, list) = (Self.model.symbol(), Self.model.list())
    func open(_ symbol: [UInt8], _ list: [UInt8], _ folder: String) throws {
      try TestFolder.with(["m-symbol.json": symbol, "m-0000.params": list]) {
        do { try $0.open("m-symbol.json").verify() } catch is ImportError {}
      }
    }
    for length in stride(from: 0, to: symbol.count, by: 3) {
      try open(Array(symbol[..<length]), list, "")
    }
    for bit in stride(from: 0, to: symbol.count * 8, by: 5) {
      var damaged = symbol
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      try open(damaged, list, "")
    }
    for length in 0..<list.count {
      #expect(throws: ImportError.self) {
        try TestFolder.with(["m-symbol.json": symbol, "m-0000.params": Array(list[..<length])]) {
          try $0.open("m-symbol.json")
        }
      }
    }
    for bit in 0..<list.count * 8 {
      var damaged = list
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      try open(symbol, damaged, "")
    }
  }
}
