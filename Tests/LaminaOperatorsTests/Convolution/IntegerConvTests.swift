import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

@Suite struct IntegerConvTests {
  @Test func convIntegerSubtractsZeroPoints() throws {
    let x = Tensor([1, 1, 3], [UInt8(2), 3, 4])
    let w = Tensor([2, 1, 2], [Int8(1), 1, 2, 3])
    let op = ConvInteger(window: Window(size: [2]))
    let y = try op.evaluate([x, w, Tensor(scalar: UInt8(1)), Tensor([2], [Int8(0), 1])])[0]
    // x less 1: 1, 2, 3. Second output: weights less 1: 1, 2.
    expectClose(y, Tensor([1, 2, 2], [Int32(3), 5, 5, 8]))
  }

  @Test func qLinearConvScalesEachChannelAndRoundsHalfToEven() throws {
    let x = Tensor([1, 1, 2], [UInt8(11), 13])
    let w = Tensor([2, 1, 1], [Int8(1), 1])
    let y = try QLinearConv(window: Window(size: [1])).evaluate([
      x, Tensor(scalar: Float(0.5)), Tensor(scalar: UInt8(10)), w,
      Tensor([2], [Float(1), 2]), Tensor([2], [Int8(0), 0]), Tensor(scalar: Float(1)),
      Tensor(scalar: UInt8(100)), Tensor([2], [Int32(0), 1]),
    ])[0]
    // Codes less zero: 1, 3. First channel 0.5, 1.5 rounds to 0, 2; second (1 + 1, 3 + 1) · 1.
    expectClose(y, Tensor([1, 2, 2], [UInt8(100), 102, 102, 104]))
  }

  @Test func qLinearConvKeepsCodesInRange() throws {
    let y = try QLinearConv(window: Window(size: [1])).evaluate([
      Tensor([1, 1, 2], [Int8(100), -100]), Tensor(scalar: Float(1)), Tensor(scalar: Int8(0)),
      Tensor([1, 1, 1], [Int8(100)]), Tensor(scalar: Float(1)), Tensor(scalar: Int8(0)),
      Tensor(scalar: Float(1)), Tensor(scalar: Int8(0)),
    ])[0]
    expectClose(y, Tensor([1, 1, 2], [Int8(127), -128]))
  }

  @Test func floatsAreRefused() {
    expectRefused(ConvInteger(window: Window(size: [1])), floatTypes([1, 1, 1], [1, 1, 1]))
    expectRefused(
      QLinearConv(window: Window(size: [1])),
      floatTypes([1, 1, 1], [], [], [1, 1, 1], [], [])
    )
  }
}
