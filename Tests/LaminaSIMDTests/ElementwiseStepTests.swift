import LaminaCore
import LaminaOperators
import LaminaSIMD
import Testing

@Suite struct ElementwiseStepTests {
  static let functions: [UnaryElementwise.Function] = [
    .relu, .relu6, .reluMinus1To1, .relu0To1, .leakyRelu(slope: 0.1),
    .hardSigmoid(alpha: 0.2, beta: 0.5), .hardSwish, .sigmoid, .swish(alpha: 1), .tanh, .exp, .erf,
    .gelu, .geluTanh, .elu(alpha: 1), .selu(alpha: 1.67, gamma: 1.05), .sqrt, .rsqrt, .abs, .neg,
    .square, .reciprocal, .floor, .ceil, .round, .log, .sin, .cos, .mish,
    .affine(alpha: 2, beta: -1),
  ]

  @Test(arguments: InstructionSet.available, functions.indices)
  func floatFunctionsAgreeWithTheReference(set: InstructionSet, index: Int) throws {
    var source = NumberSource(seed: 31)
    let function = Self.functions[index]
    let positive = [.sqrt, .rsqrt, .log, .reciprocal].contains(function)
    for count in [0, 1, 15, 16, 17, 100] {
      let x = source.tensor([count], in: positive ? 0.1...5 : -5...5)
      try StepCase(op: UnaryElementwise(function), inputs: [x], tolerance: 1e-5).check(set)
      try StepCase(
        op: UnaryElementwise(function),
        inputs: [x],
        activation: .clip(low: -1, high: 2),
        tolerance: 1e-5
      ).check(set, threads: 2)
    }
  }

  @Test(arguments: InstructionSet.available, functions.indices)
  func byteFunctionsAreTables(set: InstructionSet, index: Int) throws {
    var source = NumberSource(seed: 32)
    for dtype in [DataType.int8, .uint8] {
      let zero = dtype == .int8 ? 3 : 125
      let x = try source.codes([7, 37], dtype, Quantization(scale: 0.03, zeroPoint: zero))
      try StepCase(
        op: UnaryElementwise(Self.functions[index]),
        inputs: [x],
        quantization: (dtype, Quantization(scale: 0.02, zeroPoint: zero)),
        quanta: 0
      ).check(set)
    }
  }

  @Test(arguments: InstructionSet.available)
  func clipsTakeLimitsFromAttributesAndInputs(set: InstructionSet) throws {
    var source = NumberSource(seed: 33)
    let x = source.tensor([3, 21])
    try StepCase(op: Clip(low: -0.5), inputs: [x]).check(set)
    try StepCase(
      op: Clip(),
      inputs: [x, nil, Tensor(scalar: Float(0.25))],
      constants: [1, 2]
    ).check(set)
  }

  /// Pairs of shapes: equal, scalar, last axis, middle axes, both repeated.
  static let pairs: [(Shape, Shape)] = [
    ([4, 17], [4, 17]), ([4, 17], []), ([], [4, 17]), ([4, 17], [17]), ([17], [4, 17]),
    ([2, 3, 5], [2, 3, 1]), ([2, 3, 5], [3, 1]), ([2, 1, 5], [1, 3, 1]),
    ([2, 3, 4, 5], [3, 1, 5]),
    ([1, 1, 1], [2, 2, 2]), ([0, 3], [3]), ([2, 4, 4, 33], [2, 1, 1, 33]), ([1], [1]),
    ([5, 1, 3, 1, 2], [1, 4, 1, 2, 1]), ([1, 12, 10, 3], [3]), ([5], [2, 60, 5]),
    ([2, 60, 3], [2, 1, 3]),
  ]

  @Test(arguments: InstructionSet.available, pairs.indices)
  func binaryFunctionsBroadcast(set: InstructionSet, index: Int) throws {
    var source = NumberSource(seed: 34)
    let (a, b) = Self.pairs[index]
    let functions: [BinaryElementwise.Function] = [
      .add, .sub, .mul, .div, .max, .min, .squaredDifference,
    ]
    for function in functions {
      let inputs = [source.tensor(a), source.tensor(b, in: 0.5...2)]
      try StepCase(
        op: BinaryElementwise(function),
        inputs: inputs,
        constants: [],
        tolerance: 1e-5
      ).check(set, threads: 2)
      try StepCase(
        op: BinaryElementwise(function),
        inputs: inputs,
        constants: [],
        activation: .sigmoid,
        tolerance: 1e-5
      ).check(set)
    }
  }

  @Test(arguments: InstructionSet.available, pairs.indices)
  func powersBroadcast(set: InstructionSet, index: Int) throws {
    var source = NumberSource(seed: 38)
    let (a, b) = Self.pairs[index]
    let inputs = [source.tensor(a, in: 0.1...3), source.tensor(b, in: -2...2)]
    for constants in [[], [1]] as [Set<Int>] {
      try StepCase(
        op: BinaryElementwise(.pow),
        inputs: inputs,
        constants: constants,
        activation: .clip(low: 0.5, high: 2),
        tolerance: 1e-6
      ).check(set, threads: 2)
    }
  }

  @Test(arguments: InstructionSet.available)
  func powersOfSpecialNumbersAreThoseOfTheReference(set: InstructionSet) throws {
    let a: [Float] = [0, -2, -2, 2, 2, .nan, .infinity, 1, -0.0, 1e-30, .nan]
    let b: [Float] = [0, 3, 0.5, 200, -200, 0, -1, .nan, -1, 1, 2]
    try StepCase(
      op: BinaryElementwise(.pow),
      inputs: [Tensor([11], a), Tensor([11], b)],
      constants: [],
      tolerance: 0
    ).check(set)
  }

  @Test(arguments: InstructionSet.available, pairs.indices)
  func binaryFunctionsOfCodesAreWithinOneQuantum(set: InstructionSet, index: Int) throws {
    var source = NumberSource(seed: 35)
    let (a, b) = Self.pairs[index]
    for dtype in [DataType.int8, .uint8] {
      let zero = dtype == .int8 ? -5 : 120
      let inputs = [
        try source.codes(a, dtype, Quantization(scale: 0.02, zeroPoint: zero)),
        try source.codes(b, dtype, Quantization(scale: 0.03, zeroPoint: zero + 4)),
      ]
      for function in [BinaryElementwise.Function.add, .sub, .mul, .max] {
        try StepCase(
          op: BinaryElementwise(function),
          inputs: inputs,
          constants: [],
          activation: .relu,
          quantization: (dtype, Quantization(scale: 0.04, zeroPoint: zero - 7))
        ).check(set)
      }
    }
  }

  @Test(arguments: InstructionSet.available)
  func slopesOfPReluRunAlongTheChannels(set: InstructionSet) throws {
    var source = NumberSource(seed: 36)
    let inputs = [source.tensor([2, 5, 5, 18]), source.tensor([18])]
    try StepCase(op: PRelu(), inputs: inputs).check(set)
    let wide = [source.tensor([2, 18, 5, 5]), source.tensor([18, 1, 1])]
    try StepCase(op: PRelu(), inputs: wide).check(set)
  }

  @Test(arguments: InstructionSet.available)
  func codesAndRealNumbersTurnIntoEachOther(set: InstructionSet) throws {
    var source = NumberSource(seed: 37)
    let x = source.tensor([5, 13], in: -4...4)
    for dtype in [DataType.int8, .uint8] {
      let quantization = Quantization(scale: 0.02, zeroPoint: dtype == .int8 ? 4 : 131)
      let codes = try source.codes([3, 19], dtype, quantization)
      try StepCase(op: Requantize(), inputs: [x], quantization: (dtype, quantization)).check(set)
      try StepCase(op: Requantize(), inputs: [codes]).check(set)
      try StepCase(
        op: Requantize(),
        inputs: [codes],
        quantization: (.int8, Quantization(scale: 0.05, zeroPoint: -9))
      ).check(set)
    }
  }
}
