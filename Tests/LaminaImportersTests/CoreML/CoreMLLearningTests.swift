import LaminaCore
import LaminaImporters
import LaminaWire
import Testing

/// Models that are no networks; expectations are scikit-learn's, or worked out by hand.
@Suite struct CoreMLLearningTests {
  private typealias Model = CoreMLTestModel
  private let labels = CoreMLMessage.message(100, .text(1, "a"), .text(1, "b"))
  private let vector: [(String, Model.Feature)] = [("x", .array([2], .float64))]
  private let classes: [(String, Model.Feature)] = [("label", .text), ("p", .dictionary)]

  private func classify(
    _ kind: Int,
    _ content: CoreMLMessage,
    _ x: [Double]
  ) throws -> (label: [String], scores: Tensor) {
    let model = Model.model(
      kind,
      content,
      inputs: vector,
      outputs: classes,
      predicted: "label",
      probabilities: "p"
    )
    let results = try Model.run(model, [.tensor(Tensor([x.count], x))])
    return (try results[0].tensor.strings, try results[1].tensor)
  }

  private func predict(_ kind: Int, _ content: CoreMLMessage, _ x: [Double]) throws -> Tensor {
    let model = Model.model(
      kind,
      content,
      inputs: vector,
      outputs: [("y", .number)],
      predicted: "y"
    )
    return try Model.run(model, [.tensor(Tensor([x.count], x))])[0].tensor
  }

  private func transform(
    _ kind: Int,
    _ content: CoreMLMessage,
    _ x: Datum,
    from input: Model.Feature,
    to output: Model.Feature
  ) throws -> Tensor {
    let model = Model.model(kind, content, inputs: [("x", input)], outputs: [("y", output)])
    return try Model.run(model, [x])[0].tensor
  }

  @Test func linearModelsAddWeightedFeatures() throws {
    let model = CoreMLMessage.message(1, .doubles(1, [2, -1])) <+> .doubles(2, [0.5])
    let y = try predict(300, model, [3, 4])
    #expect(y.dtype == .float64)
    #expect(try y.doubles() == [2.5])
    // 1 / (1 + exp(−2.5))
    #expect(try isClose(predict(300, model <+> .int(3, 1), [3, 4]), [0.9241418199787566]))
    // The normal distribution's integral up to 2.5
    #expect(try isClose(predict(300, model <+> .int(3, 2), [3, 4]), [0.9937903346742238]))
  }

  @Test func aReferenceClassHasTheScoreZero() throws {
    let model = CoreMLMessage.message(1, .doubles(1, [2, -1])) <+> .doubles(2, [0.5]) <+> labels
    let (label, scores) = try classify(400, model, [3, 4])
    #expect(label == ["b"])
    #expect(try isClose(scores, [0.0758581800, 0.9241418200]))
  }

  @Test func oneVersusRestSharesOut() throws {
    let rows = CoreMLMessage.message(1, .doubles(1, [1, 0])) <+> .message(1, .doubles(1, [0, 1]))
    let model = rows <+> .doubles(2, [0, 0]) <+> .int(4, 1) <+> labels
    let (label, scores) = try classify(400, model, [0, 2])
    #expect(label == ["b"])
    // 0.5 and 0.8807971 by their sum
    #expect(try isClose(scores, [0.3621097, 0.6378903], within: 1e-6))
  }

  /// One comparison of feature 1 with 2.5 and a vote at each leaf.
  private func tree(_ left: (Int, Double), _ right: (Int, Double)) -> CoreMLMessage {
    func leaf(_ id: Int, _ vote: (Int, Double)) -> CoreMLMessage {
      .message(1, .int(2, id), .int(3, 6), .message(20, .int(1, vote.0), .double(2, vote.1)))
    }
    let root = CoreMLMessage.message(
      1,
      .int(2, 0),
      .int(3, 0),
      .int(10, 1),
      .double(11, 2.5),
      .int(12, 1),
      .int(13, 2)
    )
    return root <+> leaf(1, left) <+> leaf(2, right)
  }

  @Test func treesVote() throws {
    let regression = tree((0, 10), (0, 20)) <+> .int(2, 1) <+> .doubles(3, [1])
    #expect(try predict(302, .message(1, regression), [9, 2.5]).doubles() == [11])
    #expect(try predict(302, .message(1, regression), [9, 2.6]).doubles() == [21])
    let binary =
      CoreMLMessage.message(1, tree((0, -1), (0, 1)) <+> .int(2, 1)) <+> .int(2, 2) <+> labels
    let (label, scores) = try classify(402, binary, [0, 3])
    #expect(label == ["b"])
    #expect(try isClose(scores, [0.2689414214, 0.7310585786]))
    let both = CoreMLMessage.message(1, tree((0, 0.75), (1, 1)) <+> .int(2, 2)) <+> labels
    #expect(try classify(402, both, [0, 1]).label == ["a"])
  }

  @Test func vectorMachinesCompareWithTheirVectors() throws {
    // 0.5 · exp(−0.1 · 25) − rho with a vector at (3, 4)
    let kernel = CoreMLMessage.message(1, .message(2, .double(1, 0.1)))
    let dense = CoreMLMessage.message(3, .message(1, .doubles(1, [3, 4])))
    let model = kernel <+> dense <+> .message(4, .doubles(1, [0.5])) <+> .double(5, -1)
    #expect(try isClose(predict(301, model, [0, 0]), [1.0410424993], within: 1e-6))
    let sparse = CoreMLMessage.message(
      2,
      .message(1, .message(1, .int(1, 2), .double(2, 4)))
    )
    let other = kernel <+> sparse <+> .message(4, .doubles(1, [0.5])) <+> .double(5, 0)
    #expect(try isClose(predict(301, other, [0, 4]), [0.5]))
  }

  @Test func neighboursVote() throws {
    let samples: [[Float]] = [[0, 0], [1, 0], [5, 5]]
    let index = samples.reduce(CoreMLMessage.int(1, 2)) { $0 <+> .message(2, .floats(1, $1)) }
    let names = CoreMLMessage.message(100, .text(1, "a"), .text(1, "a"), .text(1, "b"))
    let model = CoreMLMessage.message(1, index) <+> .message(3, .int(1, 3)) <+> names
    let (label, scores) = try classify(404, model, [0.5, 0])
    #expect(label == ["a"])
    #expect(try isClose(scores, [2.0 / 3, 1.0 / 3]))
  }

  @Test func featuresAreScaledImputedAndNormalized() throws {
    let x = Datum.tensor(Tensor([2], [3, -4] as [Double]))
    let pair = Model.Feature.array([2], .float64)
    let scaler = CoreMLMessage.doubles(1, [1, 2]) <+> .doubles(2, [10, 100])
    #expect(try transform(604, scaler, x, from: pair, to: pair).doubles() == [40, -200])
    #expect(try isClose(transform(607, .int(1, 0), x, from: pair, to: pair), [0.75, -1]))
    #expect(try isClose(transform(607, .int(1, 2), x, from: pair, to: pair), [0.6, -0.8]))
    let imputer = CoreMLMessage.message(4, .doubles(1, [7, 8])) <+> .double(11, -4)
    #expect(try transform(601, imputer, x, from: pair, to: pair).doubles() == [3, 8])
    let extracted = try transform(609, .ints(1, [1]), x, from: pair, to: .array([1], .float64))
    #expect(try extracted.doubles() == [-4])
  }

  @Test func categoriesAndDictionariesBecomeNumbers() throws {
    let text = Datum.tensor(Tensor([1], strings: ["b"]))
    let categories = CoreMLMessage.message(1, .text(1, "a"), .text(1, "b"))
    let pair = Model.Feature.array([2], .float64)
    #expect(try transform(600, categories, text, from: .text, to: pair).doubles() == [0, 1])
    let entries =
      CoreMLMessage.message(1, .text(1, "a"), .int(2, 4))
      <+> .message(1, .text(1, "b"), .int(2, 9))
    let mapping = CoreMLMessage.message(1, entries)
    #expect(try transform(606, mapping, text, from: .text, to: .whole).ints() == [9])
    let number = Tensor([1], [2.5] as [Double])
    let map = Datum.map([(key: .string("b"), value: .tensor(number))])
    #expect(try transform(603, categories, map, from: .dictionary, to: pair).doubles() == [0, 2.5])
  }

  @Test func pipelinesHandOnByName() throws {
    let vectorizer = Model.model(
      602,
      .message(1, .text(1, "u"), .int(2, 1)) <+> .message(1, .text(1, "v"), .int(2, 1)),
      inputs: [("u", .number), ("v", .number)],
      outputs: [("both", .array([2], .float64))]
    )
    let linear = Model.model(
      300,
      .message(1, .doubles(1, [2, -1])) <+> .doubles(2, [0.5]),
      inputs: [("both", .array([2], .float64))],
      outputs: [("y", .number)],
      predicted: "y"
    )
    let pipeline = CoreMLMessage.message(1, vectorizer) <+> .message(1, linear)
    let model = Model.model(
      201,
      .message(1, pipeline),
      inputs: [("u", .number), ("v", .number)],
      outputs: [("y", .number)],
      predicted: "y"
    )
    let inputs = [3.0, 4.0].map { Datum.tensor(Tensor([1], [$0])) }
    let y = try Model.run(model, inputs)[0].tensor
    #expect(y.dtype == .float64)
    #expect(try y.doubles() == [2.5])
  }

  @Test func pipelinesWithoutEndAreRefused() {
    var model = Model.model(900, CoreMLMessage(), inputs: vector, outputs: vector)
    for _ in 0..<20 {
      model = Model.model(202, .message(1, model), inputs: vector, outputs: vector)
    }
    #expect(throws: ImportError.self) { try Model.open(model) }
  }

  @Test func updatableModelsAreMarked() throws {
    let model = Model.model(900, CoreMLMessage(), inputs: vector, outputs: [("y", vector[0].1)])
    let graph = try Model.open(model <+> .int(10, 1))
    #expect(graph.metadata.properties.contains { $0.key == "updatable" })
  }

  @Test func kindsThatNeedTheirPlatformAreShown() throws {
    let model = Model.model(
      2002,
      CoreMLMessage(),
      inputs: [("image", .image(width: 299, height: 299, order: 20))],
      outputs: [("features", .array([2048], .float32))]
    )
    let graph = try Model.open(model)
    #expect(graph.unsupportedOperators == ["visionFeaturePrint"])
    #expect(graph[graph.outputs[0]].tensorType.shape == [2048])
  }
}
