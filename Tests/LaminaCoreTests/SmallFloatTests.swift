import LaminaCore
import Testing

@Suite struct SmallFloatTests {
  @Test(
    arguments: [
      (0x7e as UInt8, 448), (0x01, 0.001953125), (0x08, 0.015625), (0xfe, -448), (0x38, 1),
    ] as [(UInt8, Float)]
  )
  func decodesE4M3FN(code: UInt8, value: Float) {
    #expect(SmallFloatFormat.e4m3fn.decode(code) == value)
    #expect(SmallFloatFormat.e4m3fn.encode(value) == code)
  }

  @Test func encodesSpecialValuesAsTheFormatSays() {
    #expect(SmallFloatFormat.e5m2.decode(0x7c) == .infinity)
    #expect(SmallFloatFormat.e5m2.decode(0x7d).isNaN)
    #expect(SmallFloatFormat.e5m2.encode(.infinity, saturates: false) == 0x7c)
    #expect(SmallFloatFormat.e5m2.encode(1e9) == 0x7b)
    #expect(SmallFloatFormat.e4m3fn.encode(1e9, saturates: false) == 0x7f)
    #expect(SmallFloatFormat.e4m3fnuz.decode(0x80).isNaN)
    #expect(SmallFloatFormat.e4m3fnuz.encode(-1e-9) == 0)
    #expect(SmallFloatFormat.e2m1.decode(0x7) == 6)
    #expect(SmallFloatFormat.e2m1.encode(100) == 0x7)
  }

  @Test(arguments: [SmallFloatFormat.e4m3fn, .e4m3fnuz, .e5m2, .e5m2fnuz, .e2m1])
  func everyCodeComesBackFromItsValue(format: SmallFloatFormat) {
    for code in 0..<UInt8(1 << (format.exponentBits + format.fractionBits)) {
      let value = format.decode(code)
      guard value.isFinite else { continue }
      #expect(format.encode(value) == code, "code \(code) is \(value)")
    }
  }

  @Test func everyNumberOf16BitsIsWidenedToItself() throws {
    let patterns = (UInt16.min...UInt16.max).map { $0 }
    let halves = Tensor([patterns.count], patterns.map { Float16(bitPattern: $0) })
    let brains = Tensor([patterns.count], patterns.map { BFloat16(bitPattern: $0) })
    let wideHalves = try halves.cast(to: .float32).elements(of: Float.self)
    let wideBrains = try brains.cast(to: .float32).elements(of: Float.self)
    for (index, pattern) in patterns.enumerated() {
      let half = Float(Float16(bitPattern: pattern))
      #expect(
        half.isNaN ? wideHalves[index].isNaN : wideHalves[index].bitPattern == half.bitPattern
      )
      #expect(wideBrains[index].bitPattern == UInt32(pattern) << 16)
    }
  }

  @Test func roundsTiesToEven() {
    // Between 1 (0x38) and 1.125 (0x39) the middle goes to the even fraction.
    #expect(SmallFloatFormat.e4m3fn.encode(1.0625) == 0x38)
    #expect(SmallFloatFormat.e4m3fn.encode(1.1875) == 0x3a)
    #expect(BFloat16(1.00390625).bitPattern == 0x3f80)
    #expect(BFloat16(1.01171875).bitPattern == 0x3f82)
  }
}
