import LaminaCommand
import LaminaCore
import Testing

@Suite("Comparing what chance made") struct DistributionComparisonTests {
  /// Numbers of the given distribution, by a fixed sequence.
  func sample(_ count: Int, from start: UInt64, _ map: (Double) -> Double) -> Datum {
    var state = start
    let values = (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(map(Double(state >> 11) / 0x1p53))
    }
    return .tensor(Tensor([count], values))
  }

  @Test("numbers of one distribution hold, whatever their order")
  func accepts() throws {
    for start in 1...20 as ClosedRange<UInt64> {
      let (a, b) = (sample(500, from: start) { $0 }, sample(500, from: start &* 977) { $0 })
      #expect(try Comparison(chanceIn: a, as: b).holds)
    }
    let coins = (sample(50, from: 3) { $0.rounded() }, sample(50, from: 4) { $0.rounded() })
    #expect(try Comparison(chanceIn: coins.0, as: coins.1).holds)
  }

  @Test("another mean, spread, type or shape does not")
  func refuses() throws {
    let recorded = sample(500, from: 1) { $0 }
    #expect(try !Comparison(chanceIn: sample(500, from: 2) { $0 + 0.3 }, as: recorded).holds)
    #expect(try !Comparison(chanceIn: sample(500, from: 2) { $0 * 2 }, as: recorded).holds)
    #expect(try !Comparison(chanceIn: sample(500, from: 2) { _ in .nan }, as: recorded).holds)
    #expect(try !Comparison(chanceIn: sample(499, from: 2) { $0 }, as: recorded).holds)
    let wide = Datum.tensor(try recorded.tensor.cast(to: .float64))
    #expect(try !Comparison(chanceIn: wide, as: recorded).holds)
  }
}
