import LaminaCore
import LaminaOperators
import LaminaRuntime
import LaminaSIMD
import Testing

/// Softmax of 8-bit codes against the reference, which computes it in real numbers.
@Suite struct ByteSoftmaxTests {
  private static let lengths = [1, 2, 10, 255, 256, 257, 1001]

  /// What TensorFlow Lite stores of probabilities, and codes of other scales.
  private static func results(of dtype: DataType) -> [Quantization] {
    let low = dtype == .int8 ? -128 : 0
    return [
      Quantization(scale: 1 / 256, zeroPoint: low),
      Quantization(scale: 0.01, zeroPoint: low + 100),
    ]
  }

  private func check(
    _ codes: Tensor,
    _ set: InstructionSet,
    op: Softmax = Softmax(axis: -1),
    threads: Int = 1
  ) throws {
    for dtype in [DataType.int8, .uint8] {
      for result in Self.results(of: dtype) {
        try StepCase(op: op, inputs: [codes], quantization: (dtype, result))
          .check(set, threads: threads)
      }
    }
  }

  @Test(arguments: InstructionSet.available)
  func codesOfBothKindsOverLinesOfAllLengths(set: InstructionSet) throws {
    var source = NumberSource(seed: 71)
    for dtype in [DataType.int8, .uint8] {
      for length in Self.lengths {
        let type = Quantization(scale: 0.07, zeroPoint: 5)
        try check(source.codes([3, length], dtype, type), set)
      }
    }
  }

  @Test(arguments: InstructionSet.available)
  func equalCodesAreEquallyLikely(set: InstructionSet) throws {
    for length in Self.lengths {
      let codes = try Tensor(.int8, [2, length], rounding: Array(repeating: -7, count: 2 * length))
      try check(codes.with(quantization: Quantization(scale: 0.1, zeroPoint: 0)), set)
    }
  }

  @Test(arguments: InstructionSet.available)
  func scalesMayBeExtreme(set: InstructionSet) throws {
    var source = NumberSource(seed: 72)
    for scale: Float in [1e-30, 1e-4, 10, 1e30] {
      for length in [10, 1001] {
        let type = Quantization(scale: scale, zeroPoint: 128)
        try check(source.codes([2, length], .uint8, type), set)
      }
    }
  }

  @Test(arguments: InstructionSet.available)
  func linesOverSeveralAxesAndThreads(set: InstructionSet) throws {
    var source = NumberSource(seed: 73)
    let type = Quantization(scale: 0.1, zeroPoint: -3)
    let codes = try source.codes([60, 5, 31], .int8, type)
    try check(codes, set, op: Softmax(axis: 1, beta: 0.5, flattens: true), threads: 3)
    try check(codes, set, op: Softmax(axis: 2, beta: 0), threads: 3)
  }

  @Test func theTableIsPreferredToConversion() throws {
    let type = TensorType(.int8, [4, 10], quantization: Quantization(scale: 0.1, zeroPoint: 0))
    for (axis, isTable) in [(1, true), (0, false)] {
      let node = Node(
        id: NodeID(0),
        name: "codes",
        op: Softmax(axis: axis),
        inputs: [ValueID(0)],
        outputs: [ValueID(1)]
      )
      let request = StepRequest(
        node: node,
        inputs: TypeInputs([type]),
        outputs: [type],
        threadCount: 1
      )
      let preparation = SIMDBackend(.scalar).prepare(request)
      if case .kernel(let kernel) = preparation {
        #expect(isTable && kernel.name == "softmax table scalar")
      } else {
        #expect(!isTable)
      }
    }
  }
}
