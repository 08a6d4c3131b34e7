import CLaminaKernels
import LaminaCore
import LaminaOperators
import LaminaSIMD
import Testing

/// Steps of bfloat16 against the reference, but for convolutions.
@Suite struct BrainStepTests {
  @Test(arguments: InstructionSet.available, [1, 2, 5, 30])
  func productsAgreeWithTheReference(set: InstructionSet, rows: Int) throws {
    var source = NumberSource(seed: 91)
    for (depth, columns) in [(1, 1), (7, 10), (64, 33), (129, 100)] {
      let inputs = [
        source.tensor([rows, depth]), source.tensor([columns, depth]), source.tensor([columns]),
      ]
      try StepCase(op: FullyConnected(), inputs: inputs, activation: .relu)
        .inBrainFloat().check(set, threads: 2)
      try StepCase(
        op: Gemm(alpha: 0.5, beta: 2, transposesB: true),
        inputs: inputs,
        activation: .sigmoid
      ).inBrainFloat().check(set)
      try StepCase(
        op: MatMul(),
        inputs: [source.tensor([2, rows, depth]), source.tensor([depth, columns])]
      ).inBrainFloat().check(set)
    }
  }

  @Test(arguments: InstructionSet.available, PoolAndLineStepTests.windows.indices)
  func poolsAgreeWithTheReference(set: InstructionSet, index: Int) throws {
    var source = NumberSource(seed: 93)
    let window = PoolAndLineStepTests.windows[index]
    for channels in [1, 16, 21, 70] {
      let x = source.tensor([2, 8, 9, channels])
      try StepCase(
        op: MaxPool(window: window, layout: .channelsLast),
        inputs: [x],
        activation: .relu6
      ).inBrainFloat().check(set, threads: 2)
      try StepCase(op: AveragePool(window: window, layout: .channelsLast), inputs: [x])
        .inBrainFloat().check(set)
      try StepCase(op: GlobalPool(.average, layout: .channelsLast), inputs: [x])
        .inBrainFloat().check(set)
    }
  }

  @Test(arguments: InstructionSet.available)
  func elementwiseFunctionsAgreeWithTheReference(set: InstructionSet) throws {
    var source = NumberSource(seed: 94)
    let x = source.tensor([3, 700], in: -4...4)
    for function in [UnaryElementwise.Function.relu, .tanh, .hardSwish, .exp, .sigmoid] {
      try StepCase(op: UnaryElementwise(function), inputs: [x]).inBrainFloat().check(set)
    }
    for shape in [Shape([3, 700]), [700], [3, 1], [1]] {
      let other = source.tensor(shape, in: 1...3)
      for function in [BinaryElementwise.Function.add, .sub, .mul, .div, .max] {
        try StepCase(
          op: BinaryElementwise(function),
          inputs: [x, other],
          constants: [],
          activation: .relu
        ).inBrainFloat().check(set, threads: 2)
        try StepCase(op: BinaryElementwise(function), inputs: [other, x], constants: [])
          .inBrainFloat().check(set)
      }
    }
    try StepCase(op: Clip(low: -1, high: 2), inputs: [x]).inBrainFloat().check(set)
    try StepCase(op: PRelu(), inputs: [x, source.tensor([700])]).inBrainFloat().check(set)
  }

  /// Floats and the bfloat16 that each is rounded to, worked out by hand.
  static let roundings: [(float: UInt32, brain: UInt16)] = [
    (0x3f80_0000, 0x3f80), (0x3f80_7fff, 0x3f80), (0x3f80_8000, 0x3f80), (0x3f80_8001, 0x3f81),
    (0x3f81_8000, 0x3f82), (0xbf81_8000, 0xbf82), (0x7f7f_ffff, 0x7f80), (0x7f80_0000, 0x7f80),
    (0xff80_0000, 0xff80), (0x8000_0000, 0x8000), (0x7fc0_0000, 0x7fc0), (0x7f80_0001, 0x7fc0),
  ]

  @Test(arguments: InstructionSet.available)
  func numbersAreRoundedToTheNearestTiesToEven(set: InstructionSet) {
    let floats = (0..<3).flatMap { _ in Self.roundings.map { Float(bitPattern: $0.float) } }
    var brains = [UInt16](repeating: 1, count: floats.count + 1)
    set.kernels.bf16_narrow(floats, &brains, floats.count)
    #expect(brains.dropLast() == (0..<3).flatMap { _ in Self.roundings.map(\.brain) }[...])
    #expect(brains.last == 1)
    var back = [Float](repeating: 5, count: floats.count + 1)
    set.kernels.bf16_widen(brains, &back, floats.count)
    for (wide, brain) in zip(back, brains.dropLast()) {
      #expect(wide.bitPattern == UInt32(brain) << 16)
    }
    #expect(back.last == 5)
  }

  @Test(arguments: InstructionSet.available)
  func castsGoBothWays(set: InstructionSet) throws {
    var source = NumberSource(seed: 95)
    let x = source.tensor([5, 77])
    try StepCase(op: Cast(to: .bfloat16), inputs: [x], tolerance: 0).check(set, threads: 2)
    let brain = try x.cast(to: .bfloat16)
    try StepCase(op: Cast(to: .float32), inputs: [brain], tolerance: 0).check(set)
  }
}
