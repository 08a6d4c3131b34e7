import Lamina
import Testing

@Suite struct ProfileStatisticsTests {
  @Test func theSpreadOfTimesIsTheirQuantiles() {
    let spread = TimeSpread([50, 10, 30, 20, 40])
    #expect(spread.minimum == 10)
    #expect(spread.median == 30)
    #expect(spread.maximum == 50)
    #expect(spread.p90 == 50)
    // Mean 30, deviations 20 10 0 10 20: variance 200.
    #expect(abs(spread.variation - 200.0.squareRoot() / 30) < 1e-9)
  }

  @Test func nothingMeasuredIsNothing() {
    let statistics = ProfileStatistics([])
    #expect(statistics.steps.isEmpty)
    #expect(statistics.wall.count == 0)
    #expect(!statistics.reconciliation.isTrustworthy)
  }

  @Test func stepsOfABundledModelAddUp() throws {
    let model = try Model.bundled()
    let prepared = try model.prepare()
    let image = try NumericArray(shape: [1, 1, 28, 28], [Float](repeating: 0, count: 784))
    let runs = try (0..<5).map { _ in try prepared.run([.tensor(image.tensor)]).profile }
    let statistics = ProfileStatistics(runs)
    #expect(statistics.steps.count == prepared.preparation.steps.count)
    #expect(abs(statistics.steps.reduce(0) { $0 + $1.share } - 1) < 0.01)
    #expect(statistics.reconciliation.ratio <= 1.0001)
  }
}
