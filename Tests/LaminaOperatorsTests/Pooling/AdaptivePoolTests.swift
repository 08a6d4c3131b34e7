import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

/// Expectations are PyTorch's.
@Suite struct AdaptivePoolTests {
  private let image = Tensor(
    [1, 1, 3, 5],
    [Float(0), 1, 4, 9, 5, 3, 3, 5, 9, 4, 1, 0, 1, 4, 9]
  )

  @Test func partsOverlapWhereTheirNumberDoesNotDivideTheLength() throws {
    let mean = try AdaptivePool(.average, lengths: [2, 3]).evaluate([image])[0]
    let means: [Float] = [1.75, 5.166_666_5, 6.75, 1.75, 3.666_666_7, 6.5]
    expectClose(mean, Tensor([1, 1, 2, 3], means))
    let largest = try AdaptivePool(.max, lengths: [2, 3]).evaluate([image])[0]
    expectClose(largest, Tensor([1, 1, 2, 3], [Float(3), 9, 9, 3, 9, 9]))
  }

  @Test func anAxisWithoutANumberKeepsItsLength() throws {
    let largest = try AdaptivePool(.max, lengths: [1, nil]).evaluate([image])[0]
    expectClose(largest, Tensor([1, 1, 1, 5], [Float(3), 3, 5, 9, 9]))
  }

  @Test func numbersThatDoNotFitTheAxesAreRefused() {
    #expect(throws: ShapeError.self) {
      try AdaptivePool(.max, lengths: [2]).outputTypes(for: [image.type])
    }
    #expect(throws: ShapeError.self) {
      try AdaptivePool(.max, lengths: [0, 1]).outputTypes(for: [image.type])
    }
  }
}
