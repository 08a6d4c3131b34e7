import Synchronization

/// The pieces of one job that nobody has begun: a range for each thread.
///
/// A thread takes pieces from the front of its own range, so that it works where it worked in the
/// step before, and others take them from the back once they are done with theirs. A processor that
/// is slower than the others so holds nobody up.
///
/// A range is one word: the job's number in the upper 32 bits, then the first piece and the end in
/// 16 bits each. Who asks for a job's pieces after its end finds another number and takes none.
/// Processors may take 250 ns to hand over a line of memory: a thread writes its own range, which
/// stays with it until somebody runs out of pieces.
struct PieceRanges: ~Copyable {
  /// The most pieces that a job can have.
  static let limit = Int(UInt16.max)

  private let words: UnsafeMutablePointer<Atomic<UInt64>>
  private let threadCount: Int
  /// Words from one range to the next: two cache lines, since they are fetched in pairs.
  private static let spacing = 16

  init(threadCount: Int) {
    self.threadCount = threadCount
    let count = threadCount * Self.spacing
    words = .allocate(capacity: count)
    for index in 0..<count { (words + index).initialize(to: Atomic(0)) }
  }

  deinit {
    words.deinitialize(count: threadCount * Self.spacing)
    words.deallocate()
  }

  /// Gives a thread its pieces of a job, unless it has them, or those of a later job.
  ///
  /// A thread that comes late must not take back what the caller has given it since.
  func fill(_ thread: Int, of threads: Int, job: UInt32, count: Int) {
    let range = range(of: thread)
    let word = range.pointee.load(ordering: .relaxed)
    guard Int32(bitPattern: job &- UInt32(word >> 32)) > 0 else { return }
    // Where there are fewer pieces than threads, the first threads have one each.
    let sharing = min(threads, count)
    let (first, end) =
      thread < sharing
      ? (count * thread / sharing, count * (thread + 1) / sharing) : (0, 0)
    _ = range.pointee.compareExchange(
      expected: word,
      desired: Self.word(job, first, end),
      ordering: .relaxed
    )
  }

  /// Takes the next of a thread's own pieces; `nil` when none is left.
  func takeOwn(_ thread: Int, job: UInt32) -> Int? { take(job, from: thread, atFront: true) }

  /// Takes a piece of another thread's; `nil` when no thread has one left.
  func takeOther(than thread: Int, of threads: Int, job: UInt32) -> Int? {
    for distance in 1..<max(threads, 1) {
      let other = (thread + distance) % threads
      if let piece = take(job, from: other, atFront: false) { return piece }
    }
    return nil
  }

  private func take(_ job: UInt32, from thread: Int, atFront: Bool) -> Int? {
    let range = range(of: thread)
    var word = range.pointee.load(ordering: .relaxed)
    while true {
      let (first, end) = (Int(word >> 16 & 0xffff), Int(word & 0xffff))
      guard word >> 32 == job, first < end else { return nil }
      let rest = atFront ? Self.word(job, first + 1, end) : Self.word(job, first, end - 1)
      let (exchanged, found) = range.pointee.weakCompareExchange(
        expected: word,
        desired: rest,
        ordering: .relaxed
      )
      if exchanged { return atFront ? first : end - 1 }
      word = found
    }
  }

  private func range(of thread: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
    words + thread * Self.spacing
  }

  private static func word(_ job: UInt32, _ first: Int, _ end: Int) -> UInt64 {
    UInt64(job) << 32 | UInt64(first) << 16 | UInt64(end)
  }
}
