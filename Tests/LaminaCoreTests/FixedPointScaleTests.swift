import LaminaCore
import Testing

@Suite struct FixedPointScaleTests {
  @Test func splitsAFactorIntoFractionAndPower() {
    let quarter = FixedPointScale(0.25)
    #expect(quarter.fraction == 1 << 30)
    #expect(quarter.exponent == -1)
    let threeHalves = FixedPointScale(1.5)
    #expect(threeHalves.fraction == 3 << 29)
    #expect(threeHalves.exponent == 1)
  }

  @Test func roundsHalvesAwayFromZero() {
    // 82 / 4 = 20.5
    #expect(FixedPointScale(0.25).scaled(82) == 21)
    #expect(FixedPointScale(0.25).scaled(-82) == -21)
    #expect(FixedPointScale(1.5).scaled(7) == 11)
  }

  /// 1 · 0.75 rounds to 1, and 1 / 2 rounds to 1: the two roundings of TensorFlow Lite.
  @Test func roundsAfterTheFractionAndAfterThePower() {
    #expect(FixedPointScale(0.375).scaled(1) == 1)
    #expect(FixedPointScale(0.1875).scaled(1) == 0)
  }

  @Test func keepsInsideOf32Bits() {
    #expect(FixedPointScale(0.5).scaled(.max) == 1 << 30)
    #expect(FixedPointScale(0.5).scaled(.min) == -(1 << 30))
    #expect(FixedPointScale(1e30).scaled(5) > 0)
    #expect(FixedPointScale(1e-30).scaled(1 << 30) == 0)
    #expect(FixedPointScale(.nan).scaled(5) == 0)
    #expect(FixedPointScale(-1).scaled(5) == 0)
  }
}
