import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

@Suite struct CastTests {
  @Test func floatsAreCutTowardZeroAndKeptInRange() throws {
    let x = Tensor([5], [Float(1.9), -1.9, 300, .nan, -.infinity])
    expectClose(
      try Cast(to: .int8).evaluate([x])[0],
      Tensor([5], [Int8(1), -1, 127, 0, -128])
    )
    expectClose(
      try Cast(to: .bool).evaluate([Tensor([3], [Float(0), -0.0, 0.5])])[0],
      Tensor([3], [false, false, true])
    )
  }

  @Test func integersKeepTheirLowBits() throws {
    let x = Tensor([3], [Int32(200), -1, 257])
    expectClose(try Cast(to: .int8).evaluate([x])[0], Tensor([3], [Int8(-56), -1, 1]))
    expectClose(try Cast(to: .uint8).evaluate([x])[0], Tensor([3], [UInt8(200), 255, 1]))
    expectClose(
      try Cast(to: .int4).evaluate([Tensor([3], [Float(-9), 8, 7])])[0].cast(to: .int8),
      Tensor([3], [Int8(7), -8, 7])
    )
    expectClose(
      try Cast(to: .uint64).evaluate([Tensor([1], [Int64.max])])[0],
      Tensor([1], [UInt64(Int64.max)])
    )
  }

  @Test func eightBitFloatsSaturateUnlessTold() throws {
    let x = Tensor([3], [Float(1e6), -.infinity, 0.49])
    let kept = try Cast(to: .float8e5m2).evaluate([x])[0]
    #expect(try kept.doubles() == [57344, -57344, 0.5])
    let lost = try Cast(to: .float8e5m2, saturates: false).evaluate([x])[0]
    #expect(try lost.doubles() == [.infinity, -.infinity, 0.5])
  }

  @Test func powersOfTwoRoundAsTold() throws {
    let x = Tensor([3], [Float(1.1), 3, 0.25])
    let answers: [(Cast.Rounding, [Double])] = [
      (.up, [2, 4, 0.25]), (.down, [1, 2, 0.25]), (.nearest, [1, 4, 0.25]),
    ]
    for (rounding, expected) in answers {
      let y = try Cast(to: .float8e8m0, rounding: rounding).evaluate([x])[0]
      #expect(try y.doubles() == expected)
    }
  }

  @Test func numbersBecomeTextAndBack() throws {
    let x = Tensor([4], [Float(0.5), -.infinity, .nan, 3])
    #expect(try Cast(to: .string).evaluate([x])[0].strings == ["0.5", "-INF", "NaN", "3.0"])
    let text = Tensor([3], strings: ["1e2", "-inf", "NaN"])
    expectClose(
      try Cast(to: .float32).evaluate([text])[0],
      Tensor([3], [Float(100), -.infinity, .nan])
    )
    let long = Tensor([1], strings: ["9223372036854775807"])
    expectClose(try Cast(to: .int64).evaluate([long])[0], Tensor([1], [Int64.max]))
    #expect(throws: ShapeError.self) {
      try Cast(to: .float32).evaluate([Tensor([1], strings: ["hello"])])
    }
  }

  @Test func castLikeTakesTheTypeOfAnotherTensor() throws {
    let y = try CastLike().evaluate([Tensor([1], [Float(2.5)]), Tensor([], [Int16(0)])])[0]
    expectClose(y, Tensor([1], [Int16(2)]))
    expectRefused(CastLike(), [TensorType(.complex64, [1]), TensorType(.int8, [1])])
  }

  @Test func bitsAreReadAsAnotherType() throws {
    let y = try BitCast(to: .int32).evaluate([Tensor([2], [Float(1), -0.0])])[0]
    expectClose(y, Tensor([2], [Int32(0x3f80_0000), Int32.min]))
    expectClose(
      try BitCast(to: .uint8).evaluate([Tensor([2], [true, false])])[0],
      Tensor([2], [UInt8(1), 0])
    )
    expectRefused(BitCast(to: .int64), floatTypes([1]))
  }
}
