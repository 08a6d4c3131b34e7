import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

@Suite struct ConvTests {
  /// 3×3 image 0…8 under 2×2 weights 1, 2, 3, 4: at the first position 0 + 2 + 9 + 16.
  @Test func slidesWeightsOverAnImage() throws {
    let x = counting([1, 1, 3, 3])
    let w = counting([1, 1, 2, 2], from: 1)
    let y = try Conv(window: Window(size: [2, 2])).evaluate([x, w, Tensor([1], [Float(0.5)])])[0]
    expectClose(y, Tensor([1, 1, 2, 2], [Float(27.5), 37.5, 57.5, 67.5]))
  }

  @Test func countsPaddingAsZeroAndStepsByStrides() throws {
    let window = Window(
      size: [3],
      strides: [2],
      padding: .explicit(before: [1], after: [1])
    )
    let y = try Conv(window: window).evaluate([
      counting([1, 1, 5], from: 1), Tensor([1, 1, 3], [Float(1), 10, 100]),
    ])[0]
    expectClose(y, Tensor([1, 1, 3], [Float(210), 432, 54]))
  }

  @Test func dilatedTapsSkipPositions() throws {
    let window = Window(size: [2], dilations: [2])
    let y = try Conv(window: window).evaluate([
      counting([1, 1, 5], from: 1), Tensor([1, 1, 2], [Float(1), 10]),
    ])[0]
    expectClose(y, Tensor([1, 1, 3], [Float(31), 42, 53]))
  }

  @Test func groupsSeeTheirOwnChannels() throws {
    let x = Tensor([1, 4, 1], [Float(1), 2, 3, 4])
    let w = Tensor([2, 2, 1], [Float(1), 10, 100, 1000])
    let y = try Conv(window: Window(size: [1]), groups: 2).evaluate([x, w])[0]
    expectClose(y, Tensor([1, 2, 1], [Float(21), 4300]))
  }

  /// The same sums whatever the order of the axes.
  @Test(arguments: [
    (ConvWeightLayout.outputInputSpatial, [1, 2, 3, 4, 5, 6, 7, 8] as [Float]),
    (.outputSpatialInput, [1, 3, 2, 4, 5, 7, 6, 8]),
    (.inputSpatialOutput, [1, 5, 2, 6, 3, 7, 4, 8]),
    (.spatialInputOutput, [1, 5, 3, 7, 2, 6, 4, 8]),
  ])
  func layoutsOfWeightsAgree(layout: ConvWeightLayout, weights: [Float]) throws {
    let op = Conv(window: Window(size: [2]), layout: .channelsLast, weightLayout: layout)
    let x = Tensor([1, 3, 2], [Float(1), 2, 3, 4, 5, 6])
    let y = try op.evaluate([x, Tensor([2, 2, 2], weights)])[0]
    // 1·1 + 2·3 + 3·2 + 4·4 = 29 and 1·5 + 2·7 + 3·6 + 4·8 = 69; then 3·1 + 4·3 + 5·2 + 6·4 …
    expectClose(y, Tensor([1, 2, 2], [Float(29), 69, 49, 121]))
  }

  @Test func depthwiseWithMultiplierRepeatsEveryChannel() throws {
    let op = Conv(
      window: Window(size: [1, 1]),
      groups: 2,
      layout: .channelsLast,
      weightLayout: .inputSpatialOutput
    )
    let y = try op.evaluate([
      Tensor([1, 1, 1, 2], [Float(3), 5]), Tensor([1, 1, 1, 4], [Float(1), 10, 100, 1000]),
    ])[0]
    expectClose(y, Tensor([1, 1, 1, 4], [Float(3), 30, 500, 5000]))
  }

  @Test func sumsFloat64InDoubles() throws {
    let x = Tensor([1, 1, 1], [1e17])
    let y = try Conv(window: Window(size: [1])).evaluate([x, Tensor([1, 1, 1], [1.0 + 1e-15])])[0]
    #expect(try y.doubles() == [1e17 * (1.0 + 1e-15)])
  }

  @Test func anEmptyBatchGivesAnEmptyResult() throws {
    let op = Conv(window: Window(size: [2, 2]))
    let y = try op.evaluate([
      Tensor(zeros: .float32, [0, 1, 3, 3]), Tensor(zeros: .float32, [2, 1, 2, 2]),
    ])[0]
    #expect(y.shape == [0, 2, 2, 2])
  }

  @Test func refusesWeightsThatDoNotFit() throws {
    let op = Conv(window: Window(size: [3, 3]))
    try expectShapes(op, floatTypes([2, 3, 8, 9], [4, 3, 3, 3]), [[2, 4, 6, 7]])
    expectRefused(op, floatTypes([2, 3, 8, 9], [4, 2, 3, 3]))
    expectRefused(op, floatTypes([2, 3, 8, 9], [4, 3, 2, 3]))
    expectRefused(op, floatTypes([2, 3, 2, 9], [4, 3, 3, 3]))
    expectRefused(op, floatTypes([2, 3, 8, 9], [4, 3, 3, 3], [5]))
    expectRefused(
      Conv(window: Window(size: [3, 3]), groups: 0),
      floatTypes([1, 1, 4, 4], [1, 1, 3, 3])
    )
    expectRefused(
      Conv(window: Window(size: [0, 3])),
      floatTypes([1, 1, 4, 4], [1, 1, 0, 3])
    )
  }
}
