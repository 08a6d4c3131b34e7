import LaminaRuntime

/// How a step's work is divided among threads.
///
/// Each thread has a share, and each share that is worth it is a pair of pieces: three quarters, and
/// a quarter that a thread which is done takes from one that has not begun it. Half of a machine
/// shared with others is often slower than the other half; more pieces than two cost more than they
/// win.
package struct Shares {
  /// The pieces, of which as many as there are threads make a thread's share.
  package let count: Int
  let areInPairs: Bool

  /// Work below which a share is not worth a thread, in multiply-accumulates of a float product.
  ///
  /// A core does 80 of them in a nanosecond, so a step is worth two threads from 5 µs on.
  private static let worthwhile = 200_000
  /// Rows of a product that take as long as its weights to come from memory.
  static let leastRows = 8

  /// The pieces that so much work makes.
  package init(work: Int, threads: Int) {
    let shares = max(min(work / Self.worthwhile, threads), 1)
    areInPairs = shares > 1 && work / Self.worthwhile >= 2 * shares
    count = areInPairs ? 2 * shares : shares
  }

  private init(count: Int, areInPairs: Bool) { (self.count, self.areInPairs) = (count, areInPairs) }

  /// How many threads have a share.
  package var threads: Int { areInPairs ? count / 2 : count }

  /// So many pieces of one size.
  package static func even(_ count: Int) -> Shares {
    Shares(count: max(count, 1), areInPairs: false)
  }

  /// Returns pieces of `length` units: in pairs where the shorter of a pair has a unit, else a share
  /// for each thread, or for as many as there are units.
  package func fitting(_ length: Int) -> Shares {
    if areInPairs, length >= 2 * count { return self }
    return .even(min(threads, length))
  }

  /// Returns the pieces that each of the pieces `first` is divided into, to be as many together.
  func rest(after first: Shares) -> Shares {
    if first.count >= count { return .even(1) }
    let shares = (threads + first.count - 1) / first.count
    return Shares(count: areInPairs ? 2 * shares : shares, areInPairs: areInPairs)
  }

  /// The part of `length` positions that piece `index` has.
  package func range(_ index: Int, over length: Int) -> Range<Int> {
    let whole = 2 * count
    return length * halves(before: index) / whole..<length * halves(before: index + 1) / whole
  }

  /// Halves of a piece of even size that lie before a piece: three halves make the first of a pair.
  private func halves(before index: Int) -> Int { areInPairs ? 2 * index + index % 2 : 2 * index }
}

extension StepContext {
  /// Calls `body` with parts of `0 ..< count` that the threads take, or with all of it.
  func forParts(of count: Int, work: Int, _ body: (Range<Int>) -> Void) {
    forParts(of: count, work: work, scratch: 0) { part, _ in body(part) }
  }

  /// Calls `body` with parts of `0 ..< count` that the threads take, or with all of it, and with the
  /// thread's own working memory of `scratch` bytes.
  func forParts(
    of count: Int,
    work: Int,
    scratch byteCount: Int,
    _ body: (Range<Int>, UnsafeMutableRawPointer) -> Void
  ) {
    let shares = Shares(work: work, threads: pool.threadCount).fitting(count)
    if shares.count == 1 { return body(0..<count, scratch) }
    pool.parallel(shares.count) { piece, thread in
      body(shares.range(piece, over: count), scratch + thread * byteCount)
    }
  }

  /// The address of an input, or of an output, as floats.
  func floats(input index: Int) -> UnsafeMutablePointer<Float>? {
    inputs[index]?.assumingMemoryBound(to: Float.self)
  }

  func floats(output index: Int) -> UnsafeMutablePointer<Float>? {
    outputs[index]?.assumingMemoryBound(to: Float.self)
  }

  /// The address of an input, or of an output, as 16-bit floats.
  func brains(input index: Int) -> UnsafeMutablePointer<UInt16>? {
    inputs[index]?.assumingMemoryBound(to: UInt16.self)
  }

  func brains(output index: Int) -> UnsafeMutablePointer<UInt16>? {
    outputs[index]?.assumingMemoryBound(to: UInt16.self)
  }

  func bytes(input index: Int) -> UnsafeMutablePointer<UInt8>? {
    inputs[index]?.assumingMemoryBound(to: UInt8.self)
  }

  func bytes(output index: Int) -> UnsafeMutablePointer<UInt8>? {
    outputs[index]?.assumingMemoryBound(to: UInt8.self)
  }
}
