import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

@Suite struct LearningTests {
  private let x = Tensor([2, 2], [Float(1), 2, 3, -4])

  @Test func featuresAreScaledReplacedAndJoined() throws {
    expectClose(
      try Scaler(offset: [1], scale: [2, 10]).evaluate([x])[0],
      Tensor([2, 2], [Float(0), 10, 4, -50])
    )
    expectRefused(Scaler(offset: [1, 2, 3], scale: [1]), floatTypes([2, 2]))
    expectClose(
      try Imputer(values: .floats([7, 8]), replaced: .nan)
        .evaluate([Tensor([2, 2], [Float.nan, 1, 2, .nan])])[0],
      Tensor([2, 2], [Float(7), 1, 2, 8])
    )
    expectRefused(Imputer(values: .ints([]), replaced: 0), floatTypes([2]))
    expectClose(
      try FeatureVectorizer(lengths: [2, 1]).evaluate([x, Tensor([2, 1], [Int64(8), 9])])[0],
      Tensor([2, 3], [Float(1), 2, 8, 3, -4, 9])
    )
    expectRefused(FeatureVectorizer(lengths: [3]), floatTypes([2, 2]))
    expectClose(
      try Binarizer(threshold: 1).evaluate([x])[0],
      Tensor([2, 2], [Float(0), 1, 1, 0])
    )
    expectRefused(Binarizer(), [TensorType(.string, [1])])
    let taken = try ArrayFeatureExtractor().evaluate([x, Tensor([1], [Int64(1)])])[0]
    expectClose(taken, Tensor([2, 1], [Float(2), -4]))
    #expect(throws: ShapeError.self) {
      try ArrayFeatureExtractor().evaluate([x, Tensor([1], [Int64(2)])])
    }
  }

  @Test func rowsAreNormalised() throws {
    let answers: [(Normalizer.Norm, [Float])] = [
      (.max, [0.5, 1, 1, -1.3333334]), (.l1, [0.33333334, 0.6666667, 0.42857143, -0.5714286]),
      (.l2, [0.4472136, 0.8944272, 0.6, -0.8]),
    ]
    for (norm, expected) in answers {
      expectClose(try Normalizer(norm).evaluate([x])[0], Tensor([2, 2], expected), within: 1e-6)
    }
    let zeros = Tensor([2], [Float(0), 0])
    expectClose(try Normalizer(.l2).evaluate([zeros])[0], zeros)
    expectRefused(Normalizer(.l1), floatTypes([1, 1, 1]))
  }

  @Test func categoriesAreMarkedAndMapped() throws {
    let op = CategoryOneHot(categories: .strings(["a", "b"]), zeros: true)
    let y = try op.evaluate([Tensor([2], strings: ["b", "c"])])[0]
    expectClose(y, Tensor([2, 2], [Float(0), 1, 0, 0]))
    let strict = CategoryOneHot(categories: .ints([1]), zeros: false)
    #expect(throws: ShapeError.self) { try strict.evaluate([Tensor([1], [Int64(2)])]) }
    let mapper = CategoryMapper(strings: ["x"], ints: [4], defaultString: "?", defaultInt: -1)
    expectClose(
      try mapper.evaluate([Tensor([2], strings: ["x", "y"])])[0],
      Tensor([2], [Int64(4), -1])
    )
    expectRefused(mapper, floatTypes([1]))
  }

  @Test func mapsAreLaidOut() throws {
    let maps = try ZipMap(keys: .strings(["a", "b"])).evaluate(values: [.tensor(x)])[0].sequence
    let y = try DictVectorizer(vocabulary: .strings(["b", "z", "a"])).evaluate(values: [maps[1]])
    expectClose(try y[0].tensor, Tensor([1, 3], [Float(-4), 0, 3]))
    let numbered = Datum.map([
      (key: .int(2), value: .tensor(Tensor(scalar: Float(5)))),
      (key: .int(0), value: .tensor(Tensor(scalar: Float(6)))),
    ])
    let dense = try CastMap(to: .int64, length: nil).evaluate(values: [numbered])[0].tensor
    expectClose(dense, Tensor([1, 2], [Int64(6), 5]))
    let sparse = try CastMap(to: .float32, length: 4).evaluate(values: [numbered])[0].tensor
    expectClose(sparse, Tensor([1, 4], [Float(6), 0, 5, 0]))
    #expect(throws: ShapeError.self) {
      try CastMap(to: .float32, length: 2).evaluate(values: [numbered])
    }
    #expect(throws: ShapeError.self) {
      try ZipMap(keys: .ints([1])).evaluate(values: [.tensor(x)])
    }
  }

  @Test func scoresAreTransformed() {
    func close(_ transform: PostTransform, _ expected: [Double]) {
      expectClose(
        Tensor([2], transform.apply([0, 1])),
        Tensor([2], expected),
        within: 1e-6
      )
    }
    close(.none, [0, 1])
    close(.logistic, [0.5, 0.7310586])
    close(.softmax, [0.2689414, 0.7310586])
    close(.softmaxZero, [0, 1])
    expectClose(
      Tensor([1], PostTransform.probit.apply([0.8])),
      Tensor([1], [0.8416212]),
      within: 2e-3
    )
  }

  @Test func linearModelsSumFeatures() throws {
    let regressor = LinearRegressor(
      coefficients: [1, 10, 2, 0],
      intercepts: [0.5, 0],
      targetCount: 2,
      transform: .none
    )
    expectClose(
      try regressor.evaluate([x])[0],
      Tensor([2, 2], [Float(21.5), 2, -36.5, 6])
    )
    expectRefused(regressor, floatTypes([2, 3]))
    let classifier = LinearClassifier(
      coefficients: [1, 10],
      intercepts: [],
      labels: .strings(["no", "yes"]),
      transform: .logistic
    )
    let outputs = try classifier.evaluate([x])
    #expect(outputs[0].strings == ["yes", "no"])
    expectClose(outputs[1], Tensor([2, 2], [Float(0), 1, 1, 0]), within: 1e-6)
    expectRefused(classifier, floatTypes([2, 3]))
  }

  @Test func supportVectorsVote() throws {
    let regressor = SVMRegressor(
      kernel: SVMKernel(kind: .rbf, gamma: 1),
      coefficients: [2, -1],
      supportVectors: [1, 2, 3, -4],
      vectorCount: 2,
      rho: [0.5],
      isOneClass: false,
      transform: .none
    )
    expectClose(try regressor.evaluate([x])[0], Tensor([2, 1], [Float(2.5), -0.5]), within: 1e-6)
    expectRefused(regressor, floatTypes([2, 3]))
    let classifier = SVMClassifier(
      kernel: SVMKernel(kind: .linear),
      coefficients: [1, -1],
      supportVectors: [1, 0, 0, 1],
      vectorsPerClass: [1, 1],
      rho: [0],
      probA: [],
      probB: [],
      labels: .ints([4, 7]),
      transform: .none
    )
    // Decisions: x₀ − x₁ = −1 and 7; the first class wins above 0.
    let outputs = try classifier.evaluate([x])
    expectClose(outputs[0], Tensor([2], [Int64(7), 4]))
    expectClose(outputs[1], Tensor([2, 2], [Float(1), -1, -7, 7]))
    let kernel = SVMKernel(kind: .poly, gamma: 2, coef0: 1, degree: 2)
    let poly = SVMRegressor(
      kernel: kernel,
      coefficients: [1],
      supportVectors: [1, 1],
      vectorCount: 1,
      rho: [0],
      isOneClass: true,
      transform: .none
    )
    expectClose(try poly.evaluate([x])[0], Tensor([2, 1], [Float(1), 1]))
  }

  @Test func probabilitiesOfTwoClassesComeFromTheDecision() throws {
    let classifier = SVMClassifier(
      kernel: SVMKernel(kind: .linear),
      coefficients: [1, -1],
      supportVectors: [1, 0, 0, 1],
      vectorsPerClass: [1, 1],
      rho: [0],
      probA: [-1],
      probB: [0],
      labels: .ints([0, 1]),
      transform: .none
    )
    let outputs = try classifier.evaluate([Tensor([1, 2], [Float(2), 1])])
    expectClose(outputs[1], Tensor([1, 2], [Float(0.7310586), 0.2689414]), within: 1e-4)
    expectClose(outputs[0], Tensor([1], [Int64(0)]))
  }
}

@Suite struct TreeTests {
  /// Feature 0 at most 1: vote 5 for target 0, else vote 7 for target 1.
  private func columns() -> DecisionForest.Columns {
    var columns = DecisionForest.Columns()
    columns.treeIDs = [0, 0, 0]
    columns.nodeIDs = [0, 1, 2]
    columns.features = [0, 0, 0]
    columns.thresholds = [1, 0, 0]
    columns.modes = ["BRANCH_LEQ", "LEAF", "LEAF"]
    columns.trueIDs = [1, 0, 0]
    columns.falseIDs = [2, 0, 0]
    columns.missingHolds = [true, false, false]
    columns.voteTreeIDs = [0, 0]
    columns.voteNodeIDs = [1, 2]
    columns.voteTargets = [0, 1]
    columns.voteWeights = [5, 7]
    return columns
  }

  private let x = Tensor([3, 1], [Float(1), 2, .nan])

  @Test func treesVoteForTargets() throws {
    let forest = try DecisionForest(columns())
    let answers: [(TreeEnsemble.Aggregate, [Float])] = [
      (.sum, [5, 0, 0, 7, 5, 0]), (.average, [5, 0, 0, 7, 5, 0]),
    ]
    for (aggregate, expected) in answers {
      let op = TreeEnsemble(
        forest: forest,
        targetCount: 2,
        aggregate: aggregate,
        transform: .none
      )
      expectClose(try op.evaluate([x])[0], Tensor([3, 2], expected))
    }
    let based = TreeEnsemble(
      forest: forest,
      targetCount: 2,
      aggregate: .sum,
      transform: .none,
      base: [1, 2]
    )
    expectClose(try based.evaluate([x])[0], Tensor([3, 2], [Float(6), 2, 1, 9, 6, 2]))
    expectRefused(
      TreeEnsemble(forest: forest, targetCount: 1, aggregate: .sum, transform: .none),
      floatTypes([1, 1])
    )
    expectRefused(
      TreeEnsemble(forest: forest, targetCount: 2, aggregate: .sum, transform: .none),
      floatTypes([1, 0])
    )
  }

  @Test func treesChooseAClass() throws {
    let op = TreeEnsembleClassifier(
      forest: try DecisionForest(columns()),
      labels: .strings(["a", "b"]),
      transform: .none
    )
    let outputs = try op.evaluate([x])
    #expect(outputs[0].strings == ["a", "b", "a"])
    expectClose(outputs[1], Tensor([3, 2], [Float(5), 0, 0, 7, 5, 0]))
  }

  @Test func oneScoreDecidesBetweenTwoClasses() throws {
    var columns = columns()
    columns.voteTargets = [1, 1]
    columns.voteWeights = [0.25, 0.75]
    let op = TreeEnsembleClassifier(
      forest: try DecisionForest(columns),
      labels: .ints([3, 4]),
      transform: .none
    )
    let outputs = try op.evaluate([x])
    expectClose(outputs[0], Tensor([3], [Int64(3), 4, 3]))
    expectClose(outputs[1], Tensor([3, 2], [Float(0.75), 0.25, 0.25, 0.75, 0.75, 0.25]))
  }

  @Test func membersAreFound() throws {
    var columns = DecisionForest.FlatColumns()
    columns.roots = [0]
    columns.features = [0]
    columns.thresholds = [.nan]
    columns.modes = [6]
    columns.trueIDs = [0]
    columns.falseIDs = [1]
    columns.trueIsLeaf = [true]
    columns.falseIsLeaf = [true]
    columns.members = [2, 9, .nan]
    columns.leafTargets = [0, 0]
    columns.leafWeights = [1, -1]
    let op = TreeEnsemble(
      forest: try DecisionForest(columns),
      targetCount: 1,
      aggregate: .sum,
      transform: .none
    )
    expectClose(try op.evaluate([x])[0], Tensor([3, 1], [Float(-1), 1, -1]))
  }

  @Test func brokenTreesAreRefused() {
    var circle = columns()
    circle.trueIDs = [0, 0, 0]
    #expect(throws: ShapeError.self) { try DecisionForest(circle) }
    var missing = columns()
    missing.falseIDs = [9, 0, 0]
    #expect(throws: ShapeError.self) { try DecisionForest(missing) }
    var short = columns()
    short.features = [0]
    #expect(throws: ShapeError.self) { try DecisionForest(short) }
    var unknown = columns()
    unknown.modes[0] = "BRANCH_MAYBE"
    #expect(throws: ShapeError.self) { try DecisionForest(unknown) }
  }
}
