/// A hash of bytes that is the same everywhere and always.
///
/// - Source: Pike and Alakuijala, FarmHash (2014): Fingerprint64.
enum FarmHash {
  private static let k0: UInt64 = 0xc3a5_c85c_97cb_3127
  private static let k1: UInt64 = 0xb492_b66f_be98_f273
  private static let k2: UInt64 = 0x9ae1_6a3b_2f90_404f

  /// Two halves of the state of a long hash.
  private typealias Pair = (first: UInt64, second: UInt64)

  static func fingerprint(_ bytes: [UInt8]) -> UInt64 {
    switch bytes.count {
    case 0...16: upTo16(bytes)
    case 17...32: upTo32(bytes)
    case 33...64: upTo64(bytes)
    default: long(bytes)
    }
  }

  private static func word(_ bytes: [UInt8], _ start: Int, _ size: Int = 8) -> UInt64 {
    var value: UInt64 = 0
    for index in (0..<size).reversed() { value = value << 8 | UInt64(bytes[start + index]) }
    return value
  }

  private static func turned(_ value: UInt64, _ count: UInt64) -> UInt64 {
    value >> count | value << (64 - count)
  }

  private static func shifted(_ value: UInt64) -> UInt64 { value ^ value >> 47 }

  private static func mixed(_ u: UInt64, _ v: UInt64, _ factor: UInt64) -> UInt64 {
    let a = shifted((u ^ v) &* factor)
    return shifted((v ^ a) &* factor) &* factor
  }

  private static func upTo16(_ bytes: [UInt8]) -> UInt64 {
    let count = bytes.count
    let length = UInt64(count)
    let factor = k2 &+ length &* 2
    if count >= 8 {
      let (a, b) = (word(bytes, 0) &+ k2, word(bytes, count - 8))
      return mixed(turned(b, 37) &* factor &+ a, (turned(a, 25) &+ b) &* factor, factor)
    }
    if count >= 4 {
      return mixed(length &+ word(bytes, 0, 4) << 3, word(bytes, count - 4, 4), factor)
    }
    guard count > 0 else { return k2 }
    let y = UInt64(bytes[0]) + UInt64(bytes[count / 2]) << 8
    let z = length + UInt64(bytes[count - 1]) << 2
    return shifted(y &* k2 ^ z &* k0) &* k2
  }

  private static func upTo32(_ bytes: [UInt8]) -> UInt64 {
    let count = bytes.count
    let factor = k2 &+ UInt64(count) &* 2
    let (a, b) = (word(bytes, 0) &* k1, word(bytes, 8))
    let (c, d) = (word(bytes, count - 8) &* factor, word(bytes, count - 16) &* k2)
    return mixed(
      turned(a &+ b, 43) &+ turned(c, 30) &+ d,
      a &+ turned(b &+ k2, 18) &+ c,
      factor
    )
  }

  private static func upTo64(_ bytes: [UInt8]) -> UInt64 {
    let count = bytes.count
    let factor = k2 &+ UInt64(count) &* 2
    let (a, b) = (word(bytes, 0) &* k2, word(bytes, 8))
    let (c, d) = (word(bytes, count - 8) &* factor, word(bytes, count - 16) &* k2)
    let y = turned(a &+ b, 43) &+ turned(c, 30) &+ d
    let z = mixed(y, a &+ turned(b &+ k2, 18) &+ c, factor)
    let (e, f) = (word(bytes, 16) &* factor, word(bytes, 24))
    let g = (y &+ word(bytes, count - 32)) &* factor
    let h = (z &+ word(bytes, count - 24)) &* factor
    return mixed(
      turned(e &+ f, 43) &+ turned(g, 30) &+ h,
      e &+ turned(f &+ a, 18) &+ g,
      factor
    )
  }

  private static func weak(_ bytes: [UInt8], _ at: Int, _ a: UInt64, _ b: UInt64) -> Pair {
    let last = word(bytes, at + 24)
    let first = a &+ word(bytes, at)
    let sum = first &+ word(bytes, at + 8) &+ word(bytes, at + 16)
    return (sum &+ last, turned(b &+ first &+ last, 21) &+ turned(sum, 44) &+ first)
  }

  private static func long(_ bytes: [UInt8]) -> UInt64 {
    let seed: UInt64 = 81
    var y = seed &* k1 &+ 113
    var z = shifted(y &* k2 &+ 113) &* k2
    var (v, w): (Pair, Pair) = ((0, 0), (0, 0))
    var x = seed &* k2 &+ word(bytes, 0)
    let end = (bytes.count - 1) / 64 * 64
    func step(_ at: Int, _ factor: UInt64, _ ninefold: UInt64) {
      x = turned(x &+ y &+ v.first &+ word(bytes, at + 8), 37) &* factor
      y = turned(y &+ v.second &+ word(bytes, at + 48), 42) &* factor
      x ^= w.second &* ninefold
      y = y &+ v.first &* ninefold &+ word(bytes, at + 40)
      z = turned(z &+ w.first, 33) &* factor
      v = weak(bytes, at, v.second &* factor, x &+ w.first)
      w = weak(bytes, at + 32, z &+ w.second, y &+ word(bytes, at + 16))
      swap(&x, &z)
    }
    for at in stride(from: 0, to: end, by: 64) { step(at, k1, 1) }
    let factor = k1 &+ (z & 0xff) << 1
    let rest = (bytes.count - 1) & 63
    w.first = w.first &+ UInt64(rest)
    v.first = v.first &+ w.first
    w.first = w.first &+ v.first
    step(end + rest - 63, factor, 9)
    return mixed(
      mixed(v.first, w.first, factor) &+ shifted(y) &* k0 &+ z,
      mixed(v.second, w.second, factor) &+ x,
      factor
    )
  }
}
