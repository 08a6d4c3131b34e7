import LaminaCore
import LaminaOperators
import Testing

/// Inputs that fit an operator are answered as its shape rule says; damaged ones are answered or
/// refused, and never trap.
@Suite struct DamagedInputTests {
  private static let wild: [Double] = [
    .nan, .infinity, -.infinity, 9e18, -9.3e18, 1e300, 1e10, -1e10, 1e5, -1, 0, 0, 1, 2, -2,
  ]

  private static let dtypes: [DataType] = [
    .float32, .float64, .float16, .bfloat16, .int8, .uint8, .int32, .int64, .uint64, .bool, .int4,
    .float8e4m3fn, .string, .complex64,
  ]

  private func check(_ op: any Operator, _ inputs: [Tensor?], _ seed: String) throws {
    guard let results = try? op.evaluate(TensorInputs(inputs)) else { return }
    let types = try op.outputTypes(for: TensorInputs(inputs).types)
    #expect(types.count == results.count, "\(op.displayName), seed \(seed)")
    for (type, result) in zip(types, results) {
      #expect(type.dtype == result.dtype, "\(op.displayName), seed \(seed)")
      for axis in 0..<type.shape.rank where type.shape[axis] >= 0 {
        #expect(type.shape[axis] == result.shape[axis], "\(op.displayName), seed \(seed)")
      }
    }
  }

  /// Returns a tensor with other contents, another type, another length, or none at all.
  private func damaged(_ x: Tensor?, _ random: inout SeededNumbers) throws -> Tensor? {
    guard let x, x.dtype.isReal else { return counting([1]) }
    switch Int.random(in: 0..<6, using: &random) {
    case 0:
      return nil
    case 1:
      let dtype = Self.dtypes.randomElement(using: &random) ?? .int8
      return dtype.isReal ? try x.cast(to: dtype) : try Tensor(zeros: dtype, x.shape)
    case 2:
      var shape = x.shape
      if shape.rank == 0 { return try x.reshaped(to: [1]) }
      let axis = Int.random(in: 0..<shape.rank, using: &random)
      shape[axis] = [0, 1, 2, 3, 5].randomElement(using: &random) ?? 0
      return try Tensor(zeros: x.dtype, shape)
    case 3:
      return try x.reshaped(to: Shape([1] + x.shape.dims))
    default:
      let values = try x.doubles().map { value in
        Bool.random(using: &random) ? value : Self.wild.randomElement(using: &random) ?? 0
      }
      return try Tensor(x.dtype, x.shape, rounding: values)
    }
  }

  @Test(arguments: ComputingSamples.all.indices)
  func inputsThatFitAreAnswered(number: Int) throws {
    let sample = ComputingSamples.all[number]
    #expect(throws: Never.self, "\(sample.op.displayName)") {
      _ = try sample.op.evaluate(TensorInputs(sample.inputs))
    }
    try check(sample.op, sample.inputs, "none")
    let cost = sample.op.cost(
      inputs: TensorInputs(sample.inputs).types,
      outputs: try sample.op.outputTypes(for: TensorInputs(sample.inputs).types)
    )
    #expect(cost.macs >= 0 && cost.operations >= 0)
  }

  @Test(arguments: ComputingSamples.all.indices)
  func damagedInputsNeverTrap(number: Int) throws {
    MemoryLimit.set(64 << 20)
    let sample = ComputingSamples.all[number]
    for round in 0..<60 {
      var random = SeededNumbers(seed: UInt64(number * 1000 + round))
      var inputs = sample.inputs
      for _ in 0..<Int.random(in: 1...2, using: &random) {
        guard let index = inputs.indices.randomElement(using: &random) else { continue }
        inputs[index] = try damaged(inputs[index], &random)
      }
      try check(sample.op, inputs, "\(number * 1000 + round)")
    }
  }
}
