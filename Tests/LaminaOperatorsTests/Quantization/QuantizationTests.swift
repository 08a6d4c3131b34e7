import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

@Suite struct QuantizationTests {
  @Test func quantizeLinearRoundsHalfToEvenAndSaturates() throws {
    let x = Tensor([5], [Float(1), 3, -1, 1000, .nan])
    let y = try QuantizeLinear().evaluate([
      x, Tensor(scalar: Float(2)), Tensor(scalar: UInt8(10)),
    ])[0]
    expectClose(y, Tensor([5], [UInt8(10), 12, 10, 255, 10]))
  }

  @Test func scalesBelongToAnAxisOrToBlocks() throws {
    let x = Tensor([2, 3], [Float(2), 4, 6, 8, 10, 12])
    let byRow = QuantizeLinear(axis: 0, outputType: .int8)
    let scales = Tensor([2], [Float(1), 2])
    expectClose(
      try byRow.evaluate([x, scales])[0],
      Tensor([2, 3], [Int8(2), 4, 6, 4, 5, 6])
    )
    let blocked = QuantizeLinear(axis: 1, blockSize: 2, outputType: .int8)
    expectClose(
      try blocked.evaluate([x, Tensor([2, 2], [Float(1), 2, 4, 3])])[0],
      Tensor([2, 3], [Int8(2), 4, 3, 2, 2, 4])
    )
    expectRefused(blocked, floatTypes([2, 3], [2, 3]))
    expectRefused(byRow, floatTypes([2, 3], [3]))
    expectRefused(QuantizeLinear(axis: 2), floatTypes([2, 3], [3]))
    expectRefused(QuantizeLinear(blockSize: -1), floatTypes([2, 3], [2, 3]))
  }

  @Test(arguments: [
    (DataType.int4, [-8, 7] as [Double]), (.uint4, [0, 15]), (.int2, [-2, 1]),
    (.int16, [-300, 300]), (.float8e4m3fn, [-288, 288]), (.float8e5m2, [-320, 320]),
    (.float4e2m1, [-6, 6]),
  ])
  func codesOfEveryTypeStayInRange(dtype: DataType, expected: [Double]) throws {
    let op = QuantizeLinear(outputType: dtype)
    let y = try op.evaluate([Tensor([2], [Float(-300), 300]), Tensor(scalar: Float(1))])[0]
    #expect(y.dtype == dtype)
    #expect(try y.doubles() == expected)
  }

  @Test func smallFloatsMayOverflowToNaN() throws {
    let op = QuantizeLinear(outputType: .float8e4m3fn, saturates: false)
    let y = try op.evaluate([Tensor([2], [Float(1000), 2]), Tensor(scalar: Float(1))])[0]
    #expect(try y.doubles()[0].isNaN)
    #expect(try y.doubles()[1] == 2)
  }

  @Test func dequantizeLinearTakesScalesBack() throws {
    let x = Tensor([2, 2], [UInt8(0), 10, 20, 30])
    let y = try DequantizeLinear(axis: 1).evaluate([
      x, Tensor([2], [Float(1), 0.5]), Tensor([2], [UInt8(10), 20]),
    ])[0]
    expectClose(y, Tensor([2, 2], [Float(-10), -5, 10, 5]))
    let half = try DequantizeLinear(outputType: .float16).evaluate([x, Tensor(scalar: Float(2))])
    #expect(half[0].dtype == .float16)
    #expect(try half[0].doubles() == [0, 20, 40, 60])
    expectRefused(
      DequantizeLinear(),
      [TensorType(.uint8, [2]), TensorType(.int32, [])]
    )
  }

  @Test func dynamicQuantizeLinearIncludesZero() throws {
    let outputs = try DynamicQuantizeLinear().evaluate([Tensor([3], [Float(2), 5.1, 1])])
    expectClose(outputs[1], Tensor(scalar: Float(0.02)))
    expectClose(outputs[2], Tensor(scalar: UInt8(0)))
    expectClose(outputs[0], Tensor([3], [UInt8(100), 255, 50]))
    let negative = try DynamicQuantizeLinear().evaluate([Tensor([2], [Float(-2), 3.1])])
    expectClose(negative[2], Tensor(scalar: UInt8(100)))
    let none = try DynamicQuantizeLinear().evaluate([Tensor([1], [Float(0)])])
    expectClose(none[1], Tensor(scalar: Float(1.0 / 255)))
  }

  @Test func requantizePassesRealNumbersOn() throws {
    let x = try Tensor([2], [Float(1.5), -2]).cast(to: .float16)
    expectClose(try Requantize().evaluate([x])[0], Tensor([2], [Float(1.5), -2]))
  }

  @Test func fakeQuantRoundsToCodes() throws {
    let op = FakeQuant(low: 0, high: 3, bitCount: 2)
    let y = try op.evaluate([Tensor([4], [Float(-1), 0.4, 1.6, 9])])[0]
    expectClose(y, Tensor([4], [Float(0), 0, 2, 3]))
    expectRefused(FakeQuant(low: 1, high: 1), floatTypes([2]))
    expectRefused(FakeQuant(low: 0, high: 1, bitCount: 64), floatTypes([2]))
  }

  @Test func fakeQuantTakesItsRangeFromData() throws {
    let op = FakeQuantInRange(bitCount: 2)
    let x = Tensor([4], [Float(-1), 0.4, 1.6, 9])
    let y = try op.evaluate([x, Tensor(scalar: Float(0)), Tensor(scalar: Float(3))])[0]
    expectClose(y, Tensor([4], [Float(0), 0, 2, 3]))
    // One range for each position of the last axis; the second is moved to hold zero.
    let columns = try op.evaluate([
      Tensor([2, 2], [Float(1.6), 1.6, -5, -5]), Tensor([2], [Float(0), -0.4]),
      Tensor([2], [Float(3), 2.6]),
    ])[0]
    expectClose(columns, Tensor([2, 2], [Float(2), 2, 0, 0]))
    expectRefused(op, floatTypes([2, 4], [3], [3]))
    expectRefused(FakeQuantInRange(bitCount: 1), floatTypes([2], [], []))
  }
}

@Suite struct QLinearTests {
  private let one = Tensor(scalar: Float(1))
  private let zero = Tensor(scalar: UInt8(0))

  @Test(arguments: [(QLinearBinary.Function.add, [11, 22] as [UInt8]), (.mul, [10, 40])])
  func binaryOperatorsWorkOnCodes(function: QLinearBinary.Function, expected: [UInt8]) throws {
    let y = try QLinearBinary(function).evaluate([
      Tensor([2], [UInt8(2), 4]), Tensor(scalar: Float(0.5)), zero, Tensor([2], [UInt8(20), 40]),
      Tensor(scalar: Float(0.5)), zero, one, zero,
    ])[0]
    expectClose(y, Tensor([2], expected))
  }

  @Test(arguments: [
    (QLinearUnary.Function.sigmoid, [128, 187] as [UInt8]), (.leakyRelu(slope: 0.5), [0, 255]),
  ])
  func unaryOperatorsWorkOnCodes(function: QLinearUnary.Function, expected: [UInt8]) throws {
    let scale = Tensor(scalar: Float(1.0 / 256))
    let y = try QLinearUnary(function).evaluate([
      Tensor([2], [UInt8(10), 11]), one, Tensor(scalar: UInt8(10)), scale, zero,
    ])[0]
    // Of 0 and 1: in units of 1/256 the sigmoid is 128 and 187.15; 256 does not fit.
    expectClose(y, Tensor([2], expected))
  }

  @Test func poolsAndSoftmaxWorkOnCodes() throws {
    let x = Tensor([1, 1, 2], [UInt8(2), 5])
    let inputs: TensorInputs = [x, one, zero, Tensor(scalar: Float(0.5)), zero]
    let pooled = try QLinearAveragePool(window: Window(size: [2])).evaluate(inputs)[0]
    expectClose(pooled, Tensor([1, 1, 1], [UInt8(7)]))
    let global = try QLinearGlobalAveragePool().evaluate(inputs)[0]
    expectClose(global, Tensor([1, 1, 1], [UInt8(7)]))
    let equal = Tensor([1, 2], [UInt8(9), 9])
    let softmax = try QLinearSoftmax(axis: 1, flattens: false).evaluate([
      equal, one, zero, Tensor(scalar: Float(1.0 / 256)), zero,
    ])[0]
    expectClose(softmax, Tensor([1, 2], [UInt8(128), 128]))
  }

  @Test func concatenationRescalesItsParts() throws {
    let y = try QLinearConcat(axis: 1).evaluate([
      one, Tensor(scalar: UInt8(1)), Tensor([2, 1], [UInt8(2), 4]), Tensor(scalar: Float(2)), zero,
      Tensor([2, 1], [UInt8(10), 20]), one, Tensor(scalar: UInt8(10)),
    ])[0]
    expectClose(y, Tensor([2, 2], [UInt8(5), 1, 9, 11]))
    expectRefused(QLinearConcat(axis: 0), floatTypes([], [], [2]))
  }

  @Test func qGemmAddsABiasInItsOwnUnits() throws {
    let inputs: [Tensor?] = [
      Tensor([1, 2], [UInt8(1), 2]), Tensor(scalar: Float(0.5)), zero,
      Tensor([2, 2], [Int8(1), 3, 2, 4]), Tensor([2], [Float(1), 2]), Tensor([2], [Int8(0), 0]),
      Tensor([2], [Int32(1), 1]),
    ]
    let real = try QGemm().evaluate(TensorInputs(inputs))[0]
    expectClose(real, Tensor([1, 2], [Float(3), 12]))
    let coded = try QGemm().evaluate(TensorInputs(inputs + [Tensor(scalar: Float(2)), zero]))[0]
    expectClose(coded, Tensor([1, 2], [UInt8(2), 6]))
  }
}
