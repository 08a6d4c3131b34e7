import LaminaRuntime

/// How a step's work is divided among threads.
enum Shares {
  /// Multiply-accumulates, or elements moved, below which a step is not worth a second thread.
  private static let worthwhile = 150_000

  /// How many shares so much work makes.
  static func count(work: Int, threads: Int) -> Int {
    guard threads > 1 else { return 1 }
    return min(max(work / worthwhile, 1), threads)
  }

  /// The part of `count` positions that share `index` of `shares` has.
  static func range(_ index: Int, of shares: Int, over count: Int) -> Range<Int> {
    count * index / shares..<count * (index + 1) / shares
  }
}

extension StepContext {
  /// Calls `body` with parts of `0 ..< count` that the threads take, or with all of it.
  func forParts(of count: Int, work: Int, _ body: (Range<Int>) -> Void) {
    let shares = min(Shares.count(work: work, threads: pool.threadCount), max(count, 1))
    if shares == 1 { return body(0..<count) }
    pool.parallel(shares) { share in body(Shares.range(share, of: shares, over: count)) }
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
