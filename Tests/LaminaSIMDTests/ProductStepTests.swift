import LaminaCore
import LaminaOperators
import LaminaSIMD
import Testing

@Suite struct ProductStepTests {
  @Test(arguments: InstructionSet.available, [1, 2, 5, 30])
  func fullyConnectedLayersAgreeWithTheReference(set: InstructionSet, rows: Int) throws {
    var source = NumberSource(seed: 41)
    for (depth, columns) in [(1, 1), (7, 10), (64, 33), (129, 100)] {
      let inputs = [
        source.tensor([rows, depth]), source.tensor([columns, depth]), source.tensor([columns]),
      ]
      try StepCase(op: FullyConnected(), inputs: inputs, activation: .relu).check(set, threads: 2)
      try StepCase(op: FullyConnected(), inputs: Array(inputs.prefix(2))).check(set)
    }
  }

  @Test(arguments: InstructionSet.available, [false, true])
  func gemmTakesFactorsAndTransposedWeights(set: InstructionSet, transposes: Bool) throws {
    var source = NumberSource(seed: 42)
    let weights = source.tensor(transposes ? [19, 23] : [23, 19])
    for addend in [Shape([19]), [1, 19], [1]] {
      try StepCase(
        op: Gemm(alpha: 0.5, beta: 2, transposesB: transposes),
        inputs: [source.tensor([6, 23]), weights, source.tensor(addend)]
      ).check(set)
    }
  }

  @Test(arguments: InstructionSet.available, [Set<Int>(), [1]])
  func matrixProductsBroadcastTheirBatches(set: InstructionSet, constants: Set<Int>) throws {
    var source = NumberSource(seed: 43)
    let shapes: [(Shape, Shape)] = [
      ([3, 5], [5, 20]), ([2, 3, 5], [5, 20]), ([2, 3, 5], [2, 5, 33]),
      ([2, 4, 3, 5], [4, 5, 7]), ([4, 3, 5], [1, 5, 7]), ([2, 1, 15, 64], [3, 64, 15]),
    ]
    for (a, b) in shapes {
      let inputs = [source.tensor(a), source.tensor(b)]
      try StepCase(op: MatMul(), inputs: inputs, constants: constants).check(set, threads: 2)
      try StepCase(
        op: MatMul(alpha: 0.125),
        inputs: inputs,
        constants: constants,
        activation: .relu
      )
      .check(set)
      let transposed = Shape(b.dims.dropLast(2) + [b[b.rank - 1], b[b.rank - 2]])
      try StepCase(
        op: MatMul(transposesB: true),
        inputs: [inputs[0], source.tensor(transposed)],
        constants: constants
      ).check(set)
    }
  }

  @Test(arguments: InstructionSet.available, [1, 3, 16])
  func productsOfCodesAreWithinOneQuantum(set: InstructionSet, rows: Int) throws {
    var source = NumberSource(seed: 44)
    for dtype in [DataType.int8, .uint8] {
      let zero = dtype == .int8 ? 2 : 128
      let inputs: [Tensor?] = [
        try source.codes([rows, 50], dtype, Quantization(scale: 0.02, zeroPoint: zero)),
        try source.codes([37, 50], dtype, Quantization(scale: 0.01, zeroPoint: zero)),
        try Tensor(
          .int32,
          [37],
          rounding: source.ints(37, in: -4000...4000).map(Double.init)
        ).with(quantization: Quantization(scale: 0.0002, zeroPoint: 0)),
      ]
      let end = Quantization(scale: 0.05, zeroPoint: zero - 10)
      try StepCase(
        op: FullyConnected(),
        inputs: inputs,
        activation: .relu,
        quantization: (dtype, end)
      ).check(set, threads: 2)
      try StepCase(
        op: MatMul(transposesB: true),
        inputs: Array(inputs.prefix(2)),
        quantization: (dtype, end)
      ).check(set)
    }
  }
}
