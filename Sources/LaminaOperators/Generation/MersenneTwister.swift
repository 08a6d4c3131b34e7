import Glibc

/// The random numbers that NumPy's legacy generator gives for the same seed.
///
/// - Source: Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 8 (1998): MT19937.
struct MersenneTwister {
  private var state: [UInt32]
  private var position = 624
  private var spareNormal: Double?

  /// Starts from a seed, or from the system's randomness.
  init(seed: Int?) {
    let seed = seed.map { UInt32(truncatingIfNeeded: $0) } ?? UInt32.random(in: 0...UInt32.max)
    state = [seed]
    for index in 1..<624 {
      let last = state[index - 1]
      state.append(1_812_433_253 &* (last ^ last >> 30) &+ UInt32(index))
    }
  }

  private mutating func refill() {
    for index in 0..<624 {
      let y = state[index] & 0x8000_0000 | state[(index + 1) % 624] & 0x7fff_ffff
      state[index] = state[(index + 397) % 624] ^ y >> 1 ^ (y & 1 == 1 ? 0x9908_b0df : 0)
    }
    position = 0
  }

  /// The next 32 random bits.
  mutating func next() -> UInt32 {
    if position == 624 { refill() }
    var y = state[position]
    position += 1
    y ^= y >> 11
    y ^= y << 7 & 0x9d2c_5680
    y ^= y << 15 & 0xefc6_0000
    return y ^ y >> 18
  }

  /// A number from 0 up to but not 1, with 53 random bits.
  mutating func uniform() -> Double {
    let (high, low) = (next() >> 5, next() >> 6)
    return (Double(high) * 67_108_864 + Double(low)) / 9_007_199_254_740_992
  }

  /// A number from the normal distribution of mean 0 and deviation 1, by the polar method.
  mutating func normal() -> Double {
    if let spare = spareNormal {
      spareNormal = nil
      return spare
    }
    while true {
      let (x, y) = (2 * uniform() - 1, 2 * uniform() - 1)
      let square = x * x + y * y
      guard square < 1, square != 0 else { continue }
      let factor = (-2 * log(square) / square).squareRoot()
      spareNormal = factor * x
      return factor * y
    }
  }
}
