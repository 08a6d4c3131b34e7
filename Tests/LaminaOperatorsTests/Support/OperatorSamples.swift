import LaminaCore
import LaminaOperators

/// Operators with ordinary and with strange attributes, for tests over all of them.
enum OperatorSamples {
  static let all: [any Operator] =
    elementwise + reduction + movement + rearrangement + generation + values + text + learning
    + training

  static let elementwise: [any Operator] =
    UnarySamples.functions.map { UnaryElementwise($0) }
    + BinaryElementwise.Function.allCases.map { BinaryElementwise($0) }
    + VariadicElementwise.Function.allCases.map { VariadicElementwise($0) }
    + DataType.allCases.map { Cast(to: $0) } + DataType.allCases.map { BitCast(to: $0) }
    + [
      Where(), Select(), Clip(), Clip(low: 1, high: -1), CastLike(), PRelu(), SwiGLU(),
      Dropout(ratio: 0.5, seed: 1, isTraining: true), Dropout(ratio: 2, isTraining: true),
      Identity(), IdentityValue(), Bucketize(boundaries: [0, 1]), Bucketize(boundaries: [1, 0]),
      Cast(to: .float8e5m2, saturates: false), Cast(to: .float8e8m0, rounding: .up),
    ]

  static let reduction: [any Operator] =
    Reduce.Function.allCases.flatMap { function in
      [
        Reduce(function, axes: nil, keepsDimensions: true),
        Reduce(function, axes: [-1, 0], keepsDimensions: false),
        Reduce(function, axes: [], keepsDimensions: false, emptyAxesReduceNothing: true),
      ]
    }
    + UnsortedSegment.Function.allCases.map { UnsortedSegment($0) }
    + [
      ArgReduce(.max, axis: nil, keepsDimensions: false), SegmentSum(),
      ArgReduce(.min, axis: -1, keepsDimensions: true, selectsLast: true), TopK(),
      TopK(axis: 0, count: 2, largest: false, indexType: .int32), TopK(count: .max),
      Cumulative(.sum), Cumulative(.product, exclusive: true, reverse: true),
    ]

  static let movement: [any Operator] = [
    Reshape(), Reshape(shape: [-1, 0]), Reshape(shape: [.max, .max]), Reshape(zeroIsLength: true),
    Flatten(), Flatten(axis: .min), Squeeze(), Squeeze(axes: [0, -1]), Unsqueeze(),
    Unsqueeze(axes: [0, -1]), Transpose(), Transpose(permutation: [1, 0]), Concat(axis: 0),
    Concat(axis: -1), Split(axis: nil, count: 2), Split(axis: 0, sizes: [1, -1], count: 2),
    Split(axis: 0, sizes: [.max, .max], count: 2), Split(axis: -1, count: 0),
    Slice(), Slice(starts: [.min], ends: [.max], axes: [0]), SliceBySize(),
    StridedSlice(
      beginMask: 0,
      endMask: 0,
      ellipsisMask: 0,
      newAxisMask: 0,
      shrinkAxisMask: 0
    ),
    StridedSlice(
      beginMask: 1,
      endMask: 2,
      ellipsisMask: 1,
      newAxisMask: 2,
      shrinkAxisMask: 4,
      endIsOffset: true
    ),
    StridedSlice(
      beginMask: -1,
      endMask: -1,
      ellipsisMask: -1,
      newAxisMask: -1,
      shrinkAxisMask: -1
    ),
    Gather(), Gather(axis: -1, batchDims: 1), GatherElements(axis: 1), GatherND(),
    GatherND(batchDims: 1), GatherND(batchDims: -1), ScatterElements(axis: -1),
    ScatterIntoZeros(), TensorScatter(), TensorScatter(axis: 1, isCircular: true),
    SparseToDense(), DynamicUpdateSlice(), MatrixDiag(), MatrixSetDiag(), BroadcastArgs(),
    ArrayFeatureExtractor(),
  ]

  static let rearrangement: [any Operator] =
    Pad.Mode.allCases.flatMap { mode in
      [
        Pad(mode: mode), Pad(mode: mode, pads: [1, 2], value: 7), Pad(mode: mode, pads: [-1, -1]),
        Pad(mode: mode, pads: [.max, .min], padsArePairs: true),
      ]
    }
    + ScatterReduction.allCases.flatMap { reduction -> [any Operator] in
      [ScatterElements(reduction: reduction), ScatterND(reduction: reduction)]
    }
    + [
      Tile(), Tile(repeats: [2, 3]), Tile(repeats: [.max, 3]), Expand(), Reverse(),
      Reverse(axes: [0]), ReverseSequence(batchAxis: 0, timeAxis: 1),
      ReverseSequence(batchAxis: 0, timeAxis: 0), Pack(axis: 0), Pack(axis: -1),
      Unpack(axis: 0, count: 2), Unpack(axis: 5, count: -1), SpaceToBatchND(), BatchToSpaceND(),
      Compress(), Compress(axis: 0), Trilu(keepsUpper: true), Trilu(keepsUpper: false),
      CenterCropPad(), CenterCropPad(axes: [-1]), ShapeOf(), ShapeOf(start: -2, end: .max),
      SizeOf(), RankOf(), NonZero(), Coordinates(), Unique(), Unique(axis: 0, sorted: false),
      UniqueInOrder(),
    ]

  static let generation: [any Operator] = [
    ConstantOfShape(value: Tensor([1], [Float(2)])), Fill(), ArithmeticRange(), OneHot(),
    OneHot(axis: 0), EyeLike(), EyeLike(dtype: .int8, offset: .max),
    RandomTensor(.normal(mean: 0, deviation: 1), dtype: .float32, shape: .input, seed: 1),
    RandomTensor(.uniform(low: 0, high: 1), dtype: nil, shape: .like, seed: 1),
    RandomTensor(.uniform(low: 0, high: 1), dtype: .int8, shape: .lengths([-1])),
    Multinomial(sampleCount: nil, seed: 1), Multinomial(sampleCount: -1), Bernoulli(seed: 1),
  ]

  static let values: [any Operator] = [
    SequenceConstruct(), SequenceEmpty(), SequenceAt(), SequenceInsert(), SequenceErase(),
    SequenceLength(), SplitToSequence(), SplitToSequence(axis: -1, keepsDimensions: false),
    ConcatFromSequence(axis: 0), MakeOptional(), OptionalHasElement(), OptionalGetElement(),
    ZipMap(keys: .ints([1, 2])), DictVectorizer(vocabulary: .ints([1])),
    CastMap(to: .float32, length: 3),
  ]

  static let text: [any Operator] = [
    StringNormalizer(caseChange: .upper, isCaseSensitive: false, stopwords: ["a 1"]),
    StringConcat(), StringSplit(), StringSplit(delimiter: " ", maxSplits: -1),
    RegexFullMatch(pattern: "a \\d"), RegexFullMatch(pattern: "("), tfIdf(maxSkips: .max),
    tfIdf(maxSkips: 1),
    LabelEncoder(
      keys: .numbers(Tensor([2], [Float.nan, 1])),
      values: .strings(["n", "one"]),
      default: .string("?")
    ),
    LabelEncoder.classes(["a 1"], defaultString: "?", defaultInt: -1),
  ]

  private static func tfIdf(maxSkips: Int) -> TfIdfVectorizer {
    TfIdfVectorizer(
      mode: .tfidf,
      minGram: 1,
      maxGram: 2,
      maxSkips: maxSkips,
      gramCounts: [0, 1],
      gramIndexes: [0, 1],
      pool: .ints([1, 1, 2]),
      weights: [1, 2]
    )
  }

  static let learning: [any Operator] = [
    Binarizer(), Scaler(offset: [1], scale: [1, 2]), Normalizer(.max), Normalizer(.l2),
    Imputer(values: .ints([1, 2]), replaced: .nan), FeatureVectorizer(lengths: [2]),
    FeatureVectorizer(lengths: []), CategoryOneHot(categories: .ints([1, 2]), zeros: false),
    LinearRegressor(
      coefficients: [1, 2],
      intercepts: [],
      targetCount: 1,
      transform: .softmaxZero
    ),
    LinearClassifier(
      coefficients: [1, 2],
      intercepts: [1],
      labels: .strings(["a", "b"]),
      transform: .probit
    ),
    SVMRegressor(
      kernel: SVMKernel(kind: .rbf, gamma: 1),
      coefficients: [1, 2],
      supportVectors: [1, 2, 3, 4],
      vectorCount: 2,
      rho: [0],
      isOneClass: true,
      transform: .none
    ),
    SVMClassifier(
      kernel: SVMKernel(kind: .linear),
      coefficients: [1, 2, 1, 1],
      supportVectors: [1, 2, 3, 4],
      vectorsPerClass: [1, .max],
      rho: [0],
      probA: [],
      probB: [],
      labels: .ints([0, 1]),
      transform: .none
    ),
  ]

  static let training: [any Operator] =
    LossReduction.allCases.flatMap { reduction -> [any Operator] in
      [
        NegativeLogLikelihoodLoss(reduction: reduction, ignoredClass: 1),
        SoftmaxCrossEntropyLoss(reduction: reduction),
      ]
    }
    + [
      Adagrad(decay: 0.1, epsilon: 1e-5, regularization: 0.1),
      Adam(alpha: 0.9, beta: 0.9, epsilon: 0, regularization: 0, postRegularization: 0),
      Momentum(alpha: 0.9, beta: 1, isNesterov: true, regularization: 0),
    ]
}

/// Every function of one element, parameters filled in.
enum UnarySamples {
  static let functions: [UnaryElementwise.Function] = [
    .abs, .acos, .acosh, .asin, .asinh, .atan, .atanh, .cbrt, .cos, .cosh, .erf, .exp, .expm1,
    .log, .log1p, .neg, .reciprocal, .rsqrt, .sign, .sin, .sinh, .sqrt, .square, .tan, .tanh,
    .floor, .ceil, .round, .sigmoid, .logSigmoid, .softplus, .softsign, .relu, .relu6,
    .reluMinus1To1, .relu0To1, .elu(alpha: 1), .celu(alpha: 0), .selu(alpha: 1, gamma: 1),
    .leakyRelu(slope: 0.1), .hardSigmoid(alpha: 0.2, beta: 0.5), .hardSwish, .mish, .gelu,
    .geluTanh, .swish(alpha: 1), .thresholdedRelu(alpha: 1), .shrink(bias: 0, lambda: 0.5),
    .affine(alpha: 1, beta: 1), .not, .bitwiseNot, .isNaN, .isFinite,
    .isInf(positive: true, negative: false),
  ]
}
