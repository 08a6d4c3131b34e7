import LaminaCore
import LaminaOperators
import Testing

/// Random numbers that are the same for the same seed (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}

/// Whatever the inputs are, an operator answers or throws; it never traps, and what it answers is
/// of the type that its shape rule told.
@Suite struct AnyInputTests {
  private static let dtypes: [DataType] = [
    .float32, .float32, .float32, .int64, .int64, .int32, .bool, .float16, .float64, .uint8, .int8,
    .string, .bfloat16, .uint64, .int4, .float8e4m3fn,
  ]

  private func tensor(_ random: inout SeededNumbers) throws -> Tensor {
    let rank = Int.random(in: 0...4, using: &random)
    let shape = Shape(
      (0..<rank).map { _ in [0, 1, 1, 2, 2, 3].randomElement(using: &random) ?? 1 }
    )
    let dtype = Self.dtypes.randomElement(using: &random) ?? .float32
    let count = try shape.count()
    if dtype == .string {
      return Tensor(
        shape,
        strings: (0..<count).map { _ in "a \(Int.random(in: 0...3, using: &random))" }
      )
    }
    let isWild = Int.random(in: 0...9, using: &random) == 0
    let choices: [Double] =
      isWild
      ? [.nan, .infinity, -.infinity, 9e18, -9.3e18, 1e300, -1, 0]
      : [0, 0, 1, 1, 2, 3, -1, -2, -3, 5]
    let values = (0..<count).map { _ in choices.randomElement(using: &random) ?? 0 }
    return try Tensor(dtype, shape, rounding: values)
  }

  private func check(_ op: any Operator, _ inputs: TensorInputs, _ seed: UInt64) throws {
    guard let results = try? op.evaluate(inputs) else { return }
    if op is any ValueOperator || op is any ControlFlowOperator { return }
    let types = try op.outputTypes(for: inputs.types)
    #expect(types.count == results.count, "\(op.displayName), seed \(seed)")
    for (type, result) in zip(types, results) {
      let isKnown = type.shape.isRanked
      #expect(type.dtype == result.dtype, "\(op.displayName), seed \(seed)")
      #expect(!isKnown || type.shape.rank == result.shape.rank, "\(op.displayName), seed \(seed)")
      guard isKnown, type.shape.rank == result.shape.rank else { continue }
      for axis in 0..<type.shape.rank where type.shape[axis] >= 0 {
        #expect(type.shape[axis] == result.shape[axis], "\(op.displayName), seed \(seed)")
      }
    }
  }

  @Test(arguments: OperatorSamples.all.indices)
  func anOperatorAnswersOrThrows(sample: Int) throws {
    MemoryLimit.set(64 << 20)
    let op = OperatorSamples.all[sample]
    for round in 0..<300 {
      let seed = UInt64(sample * 1000 + round)
      var random = SeededNumbers(seed: seed)
      let count = Int.random(in: 0...4, using: &random)
      var inputs = try (0..<count).map { _ in try tensor(&random) }
      // Every other time all inputs have one type and often one shape, so that more gets through.
      if round % 2 == 0, let first = inputs.first {
        inputs = try inputs.map { x in
          let isSame = Bool.random(using: &random)
          let like = isSame && x.dtype == first.dtype ? first : x
          return first.dtype.isReal && like.dtype.isReal ? try like.cast(to: first.dtype) : like
        }
      }
      try check(op, TensorInputs(inputs), seed)
    }
  }
}
