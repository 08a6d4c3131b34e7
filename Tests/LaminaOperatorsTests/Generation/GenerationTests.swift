import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

@Suite struct GenerationTests {
  private func ints(_ values: Int64...) -> Tensor { Tensor([values.count], values) }

  @Test func constantsFillAShape() throws {
    let op = ConstantOfShape(value: Tensor([1], [Int32(7)]))
    expectClose(try op.evaluate([ints(2, 1)])[0], Tensor([2, 1], [Int32(7), 7]))
    expectClose(try op.evaluate([ints()])[0], Tensor(scalar: Int32(7)))
    let y = try Fill().evaluate([ints(0, 3), Tensor(scalar: Float(1))])[0]
    #expect(y.shape == [0, 3])
    #expect(throws: ShapeError.self) { try op.evaluate([ints(-1)]) }
    #expect(throws: ShapeError.self) { try op.evaluate([ints(.max, .max)]) }
    #expect(throws: ShapeError.self) { try Fill().evaluate([ints(-1), Tensor(scalar: true)]) }
    #expect(try op.outputTypes(for: [TensorType(.int64, [2])])[0].shape == [-1, -1])
  }

  @Test func rangesCountUpAndDown() throws {
    func range<T: TensorElement>(_ start: T, _ limit: T, _ delta: T) throws -> Tensor {
      try ArithmeticRange().evaluate([
        Tensor(scalar: start), Tensor(scalar: limit), Tensor(scalar: delta),
      ])[0]
    }
    expectClose(try range(Int32(10), 4, -2), Tensor([3], [Int32(10), 8, 6]))
    expectClose(try range(Float(1), 2, 0.5), Tensor([2], [Float(1), 1.5]))
    expectClose(try range(Int64(3), 3, 1), Tensor([0], [Int64]()))
    #expect(throws: ShapeError.self) { try range(Int64(0), 1, 0) }
    #expect(throws: ShapeError.self) { try range(Float(0), .nan, 1) }
    #expect(throws: ShapeError.self) { try range(Int64(0), .max, 1) }
  }

  @Test func oneHotMarksAPosition() throws {
    let values = Tensor([2], [Float(0), 5])
    let y = try OneHot().evaluate([ints(1, -1, 3), Tensor(scalar: Int64(3)), values])[0]
    expectClose(y, Tensor([3, 3], [Float(0), 5, 0, 0, 0, 5, 0, 0, 0]))
    let first = try OneHot(axis: 0).evaluate([
      ints(1, 0), Tensor(scalar: Int32(2)), Tensor(scalar: true), Tensor(scalar: false),
    ])[0]
    expectClose(first, Tensor([2, 2], [false, true, true, false]))
    #expect(throws: ShapeError.self) {
      try OneHot().evaluate([ints(1), Tensor(scalar: Int64(-1)), values])
    }
    expectRefused(
      OneHot(axis: 2),
      [TensorType(.int64, [2]), TensorType(.int64, []), TensorType(.float32, [2])]
    )
  }

  @Test func eyeLikeFillsADiagonal() throws {
    let y = try EyeLike(dtype: .int8, offset: 1).evaluate([counting([2, 3])])[0]
    expectClose(y, Tensor([2, 3], [Int8(0), 1, 0, 0, 0, 1]))
    expectClose(
      try EyeLike(offset: -9).evaluate([counting([1, 1])])[0],
      Tensor([1, 1], [Float(0)])
    )
    expectRefused(EyeLike(), floatTypes([2]))
  }

  /// NumPy: `numpy.random.seed(0); numpy.random.uniform(size=3)` and `numpy.random.normal(size=3)`.
  @Test func aSeedGivesTheNumbersOfNumPy() throws {
    let uniform = RandomTensor(
      .uniform(low: 0, high: 1),
      dtype: .float64,
      shape: .lengths([3]),
      seed: 0
    )
    expectClose(
      try uniform.evaluate([])[0],
      Tensor([3], [0.5488135, 0.71518937, 0.60276338]),
      within: 1e-7
    )
    let normal = RandomTensor(
      .normal(mean: 0, deviation: 1),
      dtype: .float64,
      shape: .like,
      seed: 0
    )
    expectClose(
      try normal.evaluate([counting([3])])[0],
      Tensor([3], [1.76405235, 0.40015721, 0.97873798]),
      within: 1e-7
    )
    expectRefused(
      RandomTensor(.uniform(low: 0, high: 1), dtype: nil, shape: .lengths([-1])),
      []
    )
    expectRefused(
      RandomTensor(.uniform(low: 0, high: 1), dtype: .int8, shape: .lengths([1])),
      []
    )
  }

  @Test func numbersWithoutASeedHaveTheirDistribution() throws {
    let op = RandomTensor(
      .normal(mean: 3, deviation: 2),
      dtype: .float32,
      shape: .input
    )
    let values = try op.evaluate([ints(20_000)])[0].doubles()
    let mean = values.reduce(0, +) / 20_000
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
    #expect(abs(mean - 3) < 0.15)
    #expect(abs(variance - 4) < 0.4)
  }

  @Test func samplesFollowTheirProbabilities() throws {
    let certain = Tensor([2, 3], [Float(0), -.infinity, -.infinity, -.infinity, -.infinity, 0])
    let y = try Multinomial(sampleCount: 3).evaluate([certain])[0]
    expectClose(y, Tensor([2, 3], [Int32(0), 0, 0, 2, 2, 2]))
    let counted = try Multinomial(sampleCount: nil, dtype: .int64)
      .evaluate([certain, Tensor(scalar: Int32(1))])[0]
    #expect(counted.shape == [2, 1])
    expectRefused(Multinomial(sampleCount: 1), floatTypes([2, 0]))
    let coins = try Bernoulli(dtype: .bool).evaluate([Tensor([2], [Float(0), 1])])[0]
    expectClose(coins, Tensor([2], [false, true]))
    expectRefused(Bernoulli(), [TensorType(.int8, [1])])
  }
}
