import LaminaCore
import LaminaOperators
import Testing

/// The expectations are ONNX's reference, which is NumPy with ml_dtypes, on the same numbers.
@Suite("Softmax of narrow types") struct SoftmaxLineTests {
  func softmax(_ dtype: DataType, _ values: [Double]) throws -> [Double] {
    let x = try Tensor(dtype, [values.count], rounding: values)
    return try Softmax().evaluate([x])[0].doubles()
  }

  @Test("bfloat16 is rounded after every step")
  func roundsBFloat16() throws {
    #expect(
      try softmax(.bfloat16, [0.1, 0.7, -1.3, 2.5, 0.33])
        == [0.064453125, 0.11865234375, 0.01611328125, 0.71484375, 0.08154296875]
    )
  }

  @Test("float16 is rounded after every step, its sum once")
  func roundsFloat16() throws {
    #expect(
      try softmax(.float16, [0.1, 0.7, -1.3, 2.5, 0.33])
        == [0.06512451171875, 0.11871337890625, 0.01605224609375, 0.71826171875, 0.08203125]
    )
  }

  @Test("a long line of bfloat16 still sums to one")
  func sumsLongLines() throws {
    let line = try softmax(.bfloat16, [Double](repeating: 0, count: 4096))
    #expect(line.allSatisfy { $0 == 1.0 / 4096 })
  }
}
