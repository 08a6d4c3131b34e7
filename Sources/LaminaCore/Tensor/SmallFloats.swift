/// A float whose upper 16 bits are kept: 8 bits of exponent, 7 of fraction.
package struct BFloat16: Hashable, Sendable {
  package var bitPattern: UInt16

  package init(bitPattern: UInt16) { self.bitPattern = bitPattern }

  /// Rounds to nearest, ties to even; NaN stays NaN.
  package init(_ value: Float) {
    let bits = value.bitPattern
    if value.isNaN {
      bitPattern = UInt16(truncatingIfNeeded: bits >> 16) | 0x40
    } else {
      let rounding = 0x7fff + ((bits >> 16) & 1)
      bitPattern = UInt16(truncatingIfNeeded: (bits &+ rounding) >> 16)
    }
  }

  package var float: Float { Float(bitPattern: UInt32(bitPattern) << 16) }
}

/// How a float narrower than 16 bits is encoded.
///
/// - Source: OCP 8-bit floating point and microscaling formats (OFP8, MX v1.0); ONNX float8 types.
package struct SmallFloatFormat: Sendable {
  package var exponentBits: Int
  package var fractionBits: Int
  package var bias: Int
  /// Whether the top exponent codes mean infinity and NaN as IEEE 754 has it.
  package var hasInfinity: Bool
  /// Whether negative zero's code means NaN and no other code does.
  package var nanIsNegativeZero: Bool
  /// Whether the format has no NaN at all.
  package var hasNaN: Bool = true

  package static let e4m3fn = SmallFloatFormat(
    exponentBits: 4,
    fractionBits: 3,
    bias: 7,
    hasInfinity: false,
    nanIsNegativeZero: false
  )
  package static let e4m3fnuz = SmallFloatFormat(
    exponentBits: 4,
    fractionBits: 3,
    bias: 8,
    hasInfinity: false,
    nanIsNegativeZero: true
  )
  package static let e5m2 = SmallFloatFormat(
    exponentBits: 5,
    fractionBits: 2,
    bias: 15,
    hasInfinity: true,
    nanIsNegativeZero: false
  )
  package static let e5m2fnuz = SmallFloatFormat(
    exponentBits: 5,
    fractionBits: 2,
    bias: 16,
    hasInfinity: false,
    nanIsNegativeZero: true
  )
  package static let e2m1 = SmallFloatFormat(
    exponentBits: 2,
    fractionBits: 1,
    bias: 1,
    hasInfinity: false,
    nanIsNegativeZero: false,
    hasNaN: false
  )

  /// Returns the value of a code.
  package func decode(_ code: UInt8) -> Float {
    let width = exponentBits + fractionBits
    let magnitude = Int(code) & ((1 << width) - 1)
    let isNegative = Int(code) >> width & 1 == 1
    if let special = special(magnitude, isNegative) { return special }
    let exponent = magnitude >> fractionBits
    let fraction = Float(magnitude & ((1 << fractionBits) - 1)) / Float(1 << fractionBits)
    let value =
      exponent == 0
      ? fraction * power(1 - bias) : (1 + fraction) * power(exponent - bias)
    return isNegative ? -value : value
  }

  private func special(_ magnitude: Int, _ isNegative: Bool) -> Float? {
    let top = (1 << (exponentBits + fractionBits)) - 1
    if nanIsNegativeZero { return magnitude == 0 && isNegative ? .nan : nil }
    guard hasNaN else { return nil }
    if hasInfinity {
      let infinity = ((1 << exponentBits) - 1) << fractionBits
      if magnitude == infinity { return isNegative ? -.infinity : .infinity }
      return magnitude > infinity ? .nan : nil
    }
    return magnitude == top ? .nan : nil
  }

  private func power(_ exponent: Int) -> Float {
    Float(sign: .plus, exponent: exponent, significand: 1)
  }

  /// The largest finite magnitude code.
  private var largestCode: Int {
    let top = (1 << (exponentBits + fractionBits)) - 1
    if nanIsNegativeZero || !hasNaN { return top }
    return hasInfinity ? (((1 << exponentBits) - 1) << fractionBits) - 1 : top - 1
  }

  /// Returns the code nearest to a value, ties to even.
  ///
  /// - Parameters:
  ///   - value: any float.
  ///   - saturates: whether what is too large becomes the largest finite value rather than
  ///     infinity or NaN.
  /// - Returns: the code in the low bits, the sign above them.
  package func encode(_ value: Float, saturates: Bool = true) -> UInt8 {
    let sign = value.sign == .minus ? 1 << (exponentBits + fractionBits) : 0
    if value.isNaN { return nanCode(sign) }
    let magnitude = value.magnitude
    var code = nearestCode(magnitude)
    if code > largestCode { code = saturates ? largestCode : overflowCode(sign) }
    if code == 0 && nanIsNegativeZero { return 0 }
    if code & 0x80 != 0 && nanIsNegativeZero { return UInt8(code) }
    return UInt8(truncatingIfNeeded: code | sign)
  }

  /// The code of NaN; of a format without one negative zero, as ONNX's Cast has it.
  private func nanCode(_ sign: Int) -> UInt8 {
    let width = exponentBits + fractionBits
    guard hasNaN else { return UInt8(1 << width) }
    return UInt8(nanIsNegativeZero ? 1 << width : sign | ((1 << width) - 1))
  }

  private func overflowCode(_ sign: Int) -> Int {
    if hasInfinity { return ((1 << exponentBits) - 1) << fractionBits }
    return Int(nanCode(0))
  }

  private func nearestCode(_ magnitude: Float) -> Int {
    guard magnitude.isFinite else { return largestCode + 1 }
    let exponent = max(magnitude == 0 ? 1 - bias : Int(magnitude.exponent), 1 - bias)
    let step = exponent - fractionBits
    let scaled = Double(magnitude) * Double(sign: .plus, exponent: -step, significand: 1)
    let units = scaled.rounded(.toNearestOrEven)
    guard units < 4096 else { return largestCode + 1 }
    return min(Int(units) + (exponent + bias - 1) << fractionBits, largestCode + 1)
  }
}
