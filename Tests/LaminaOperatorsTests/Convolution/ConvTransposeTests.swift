import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

@Suite struct ConvTransposeTests {
  @Test func spreadsEachPositionOverAWindow() throws {
    let x = Tensor([1, 1, 3], [Float(1), 2, 3])
    let w = Tensor([1, 1, 3], [Float(1), 10, 100])
    let y = try ConvTranspose(window: Window(size: [3])).evaluate([x, w, Tensor([1], [Float(1)])])[
      0
    ]
    expectClose(y, Tensor([1, 1, 5], [Float(2), 13, 124, 231, 301]))
  }

  @Test func stridesLeaveGapsAndPaddingCuts() throws {
    let window = Window(size: [2], strides: [3], padding: .explicit(before: [1], after: [0]))
    let op = ConvTranspose(window: window, outputPadding: [1])
    let y = try op.evaluate([
      Tensor([1, 1, 2], [Float(1), 2]), Tensor([1, 1, 2], [Float(1), 10]),
    ])[0]
    expectClose(y, Tensor([1, 1, 5], [Float(10), 0, 2, 20, 0]))
  }

  /// All windows cover 1, 10, 100, 2, 20, 200; of six positions five are wanted.
  @Test(arguments: [
    (Padding.explicit(before: [0], after: [0]), [10, 100, 2, 20, 200] as [Float]),
    (.sameUpper, [1, 10, 100, 2, 20]), (.sameLower, [10, 100, 2, 20, 200]),
  ])
  func aGivenLengthDecidesThePadding(padding: Padding, expected: [Float]) throws {
    let op = ConvTranspose(
      window: Window(size: [3], strides: [3], padding: padding),
      outputShape: [5]
    )
    let y = try op.evaluate([
      Tensor([1, 1, 2], [Float(1), 2]), Tensor([1, 1, 3], [Float(1), 10, 100]),
    ])[0]
    expectClose(y, Tensor([1, 1, 5], expected))
  }

  @Test func layoutsAgree() throws {
    let w = Tensor([2, 1, 2], [Float(1), 2, 3, 4])
    let first = try ConvTranspose(window: Window(size: [1])).evaluate([
      Tensor([1, 2, 1], [Float(5), 7]), Tensor([2, 2, 1], [Float(1), 3, 2, 4]),
    ])[0]
    let last = try ConvTranspose(
      window: Window(size: [1]),
      layout: .channelsLast,
      weightLayout: .outputSpatialInput
    ).evaluate([Tensor([1, 1, 2], [Float(5), 7]), w])[0]
    expectClose(first, Tensor([1, 2, 1], [Float(19), 43]))
    expectClose(last, Tensor([1, 1, 2], [Float(19), 43]))
  }

  @Test func groupsSpreadTheirOwnChannels() throws {
    let y = try ConvTranspose(window: Window(size: [1]), groups: 2).evaluate([
      Tensor([1, 2, 1], [Float(5), 7]), Tensor([2, 1, 1], [Float(10), 100]),
    ])[0]
    expectClose(y, Tensor([1, 2, 1], [Float(50), 700]))
  }

  @Test func refusesWeightsAndLengthsThatDoNotFit() throws {
    let op = ConvTranspose(window: Window(size: [3, 3], strides: [2, 2]))
    try expectShapes(op, floatTypes([1, 4, 5, 5], [4, 6, 3, 3]), [[1, 6, 11, 11]])
    expectRefused(op, floatTypes([1, 4, 5, 5], [3, 6, 3, 3]))
    expectRefused(op, floatTypes([1, 4, 5, 5], [4, 6, 3, 3], [7]))
    var wrong = op
    wrong.outputShape = [-1, 4]
    expectRefused(wrong, floatTypes([1, 4, 5, 5], [4, 6, 3, 3]))
    wrong = op
    wrong.outputPadding = [1]
    expectRefused(wrong, floatTypes([1, 4, 5, 5], [4, 6, 3, 3]))
  }
}
