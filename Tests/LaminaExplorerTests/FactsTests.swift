import LaminaExplorer
import Testing

@Suite("Facts and figures") struct FactsTests {
  @Test(
    "numbers are written with the digits that say something",
    arguments: [
      (countText(0), "0"), (countText(999), "999"), (countText(3_504_872), "3.50M"),
      (countText(300_774_272), "301M"), (countText(999_999), "1.00M"), (byteText(13_600), "13.6KB"),
      (millisecondText(0.0314), "0.031"), (millisecondText(5.123), "5.12"),
      (millisecondText(51.26), "51.3"), (millisecondText(512.3), "512"),
      (percentText(0.713), "71.3%"), (decimals(-0.004, 2), "0.00"), (decimals(-1.005, 1), "-1.0"),
      (valueText(0), "0"), (valueText(-2.914), "-2.914"), (valueText(0.0000123), "1.23e-5"),
      (valueText(1_234_567), "1.23e6"), (valueText(17), "17"), (decimals(.nan, 2), "nan"),
    ]
  )
  func numbers(text: String, expected: String) {
    #expect(text == expected)
  }

  @Test("statistics count what is no number and spread the rest over the histogram")
  func statistics() {
    let values: [Float] = [0, 1, 2, 3, 4, .nan, .infinity, 0]
    let statistics = TensorStatistics(of: values, binCount: 4)
    #expect(statistics.count == 8)
    #expect(statistics.minimum == 0)
    #expect(statistics.maximum == 4)
    // Of 0 0 1 2 3 4: mean 10 / 6, variance 30 / 6 − (10 / 6)².
    #expect(abs(statistics.mean - 10.0 / 6) < 1e-12)
    #expect(abs(statistics.deviation - (5 - 100.0 / 36).squareRoot()) < 1e-12)
    #expect(statistics.zeroCount == 2)
    #expect(statistics.nanCount == 1)
    #expect(statistics.infinityCount == 1)
    #expect(statistics.histogram == [2, 1, 1, 2])
  }

  @Test("statistics of nothing, of one value and of no finite value are defined")
  func degenerate() {
    #expect(TensorStatistics(of: [Float]()).count == 0)
    #expect(TensorStatistics(of: [Float(7)]).deviation == 0)
    #expect(TensorStatistics(of: [Float.nan]).maximum == 0)
  }

  @Test("percentiles are nearest ranks")
  func times() {
    let times = Times(of: (1...10).map(Double.init))
    #expect(times == Times(p10: 1, median: 5, p90: 9))
    #expect(Times(of: [3]) == Times(p10: 3, median: 3, p90: 3))
    #expect(Times(of: []).median == 0)
  }

  @Test("parts that do not add up are not trusted")
  func reconcile() {
    #expect(profile().isTrustworthy)
    #expect(abs(profile().reconcileRatio - 1) < 1e-9)
    #expect(!profile(wall: 0.65).isTrustworthy)
    #expect(profile(wall: 0.64).isTrustworthy)
  }
}
