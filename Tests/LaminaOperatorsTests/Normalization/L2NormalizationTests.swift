import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

@Suite struct L2NormalizationTests {
  @Test func elementsShareTheRootOfTheirSquares() throws {
    let x = Tensor([1, 2, 2], [Float(3), 0, 4, 0])
    let lines = try L2Normalization(axes: [1], epsilon: 0).evaluate([x])[0]
    expectClose(lines, Tensor([1, 2, 2], [Float(0.6), 0, 0.8, 0]))
    // √(25 + 11) = 6
    let all = try L2Normalization(axes: [1, 2], epsilon: 11).evaluate([x])[0]
    expectClose(all, Tensor([1, 2, 2], [Float(0.5), 0, 0.6666667, 0]))
  }

  @Test func axesOutsideOfTheRankAreRefused() throws {
    expectRefused(L2Normalization(axes: [3], epsilon: 0), floatTypes([1, 2, 2]))
  }
}
