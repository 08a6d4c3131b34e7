import CProcessors
import Glibc
import LaminaRuntime
import Synchronization
import Testing

@Suite struct ThreadPoolTests {
  @Test(arguments: [1, 2, 3, 4, 7])
  func everyPieceRunsOnce(threadCount: Int) {
    let pool = ThreadPool(threadCount: threadCount)
    #expect(pool.threadCount == threadCount)
    for count in [0, 1, 2, 3, 5, 64, 1000] {
      let marks = UnsafeMutablePointer<Int>.allocate(capacity: max(count, 1))
      defer { marks.deallocate() }
      marks.initialize(repeating: 0, count: max(count, 1))
      pool.parallel(count) { piece, _ in marks[piece] += piece + 1 }
      #expect((0..<count).allSatisfy { marks[$0] == $0 + 1 })
    }
  }

  @Test func manyStepsFollowEachOther() {
    let pool = ThreadPool(threadCount: 3)
    let total = Atomic<Int>(0)
    for _ in 0..<5_000 {
      pool.parallel(3) { piece, _ in total.wrappingAdd(piece + 1, ordering: .relaxed) }
    }
    #expect(total.load(ordering: .relaxed) == 30_000)
  }

  @Test func sleepingWorkersWakeUp() async throws {
    let pool = ThreadPool(threadCount: 2)
    let total = Atomic<Int>(0)
    for _ in 0..<5 {
      try await Task.sleep(for: .milliseconds(20))
      pool.parallel(4) { _, _ in total.wrappingAdd(1, ordering: .relaxed) }
    }
    #expect(total.load(ordering: .relaxed) == 20)
  }

  @Test func workersThatSleepAreCalledUpForTheNextJob() async throws {
    let pool = ThreadPool(threadCount: 3)
    let total = Atomic<Int>(0)
    for round in 0..<5 {
      // Long enough for workers to sleep even on a busy machine.
      try await Task.sleep(for: .milliseconds(50))
      pool.callUp()
      #expect(pool.jobCount == UInt32(2 * round + 1))
      pool.parallel(4) { _, _ in total.wrappingAdd(1, ordering: .relaxed) }
      #expect(pool.jobCount == UInt32(2 * round + 2))
    }
    #expect(total.load(ordering: .relaxed) == 20)
  }

  @Test func aPoolOfOneThreadCallsNobodyUp() {
    let pool = ThreadPool(threadCount: 1)
    pool.callUp()
    pool.parallel(4) { _, _ in }
    #expect(pool.jobCount == 0)
  }

  @Test func noTwoPiecesRunOnOneThreadAtATime() {
    let pool = ThreadPool(threadCount: 4)
    let busy = UnsafeMutablePointer<Int>.allocate(capacity: 4)
    defer { busy.deallocate() }
    busy.initialize(repeating: 0, count: 4)
    let overlaps = Atomic<Int>(0)
    for _ in 0..<200 {
      pool.parallel(64) { _, thread in
        busy[thread] += 1
        if busy[thread] != 1 { overlaps.wrappingAdd(1, ordering: .relaxed) }
        busy[thread] -= 1
      }
    }
    #expect(overlaps.load(ordering: .relaxed) == 0)
  }

  @Test func whoIsDoneTakesThePiecesOfAThreadThatIsHeldUp() {
    let pool = ThreadPool(threadCount: 2)
    let done = Atomic<Int>(0)
    // The first piece waits for all others, four of which were meant for its thread.
    pool.parallel(10) { piece, _ in
      if piece == 0 {
        while done.load(ordering: .acquiring) < 9 { sched_yield() }
      } else {
        done.wrappingAdd(1, ordering: .releasing)
      }
    }
    #expect(done.load(ordering: .relaxed) == 9)
  }

  @Test(.enabled(if: allowedProcessors().reduce(0) { $0 + $1.nonzeroBitCount } > 1))
  func workersKeepOffTheProcessorOfTheCaller() {
    let pool = ThreadPool(threadCount: 2)
    var mask: [UInt64] = []
    // The system may move the caller between two looks; then the look is taken again.
    for _ in 0..<1000 {
      let before = lamina_current_processor()
      mask = []
      pool.parallel(2) { _, thread in
        if thread == 1 { mask = allowedProcessors() } else { usleep(1000) }
      }
      guard lamina_current_processor() == before, !mask.isEmpty else { continue }
      let (word, bit) = (Int(before) / 64, UInt64(before) % 64)
      #expect(mask[word] >> bit & 1 == 0)
      #expect(mask != allowedProcessors())
      return
    }
    Issue.record("the caller was moved a thousand times")
  }

  @Test func oneThreadTakesAllInOrder() {
    let pool = ThreadPool(threadCount: 1)
    var order: [Int] = []
    pool.parallel(4) { piece, thread in order.append(piece + 10 * thread) }
    #expect(order == [0, 1, 2, 3])
  }

  @Test func negativeAndHugeThreadCountsAreMovedIntoTheRange() {
    #expect(ThreadPool(threadCount: -3).threadCount == 1)
    #expect(ThreadPool(threadCount: 100_000).threadCount <= 256)
  }

  @Test func plainFunctionsNeedNoClosure() {
    let pool = ThreadPool(threadCount: 2)
    var sums = [0, 0, 0, 0]
    sums.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      pool.parallel(4, UnsafeMutableRawPointer(base)) { context, piece, _ in
        context.assumingMemoryBound(to: Int.self)[piece] = piece * piece
      }
    }
    #expect(sums == [0, 1, 4, 9])
  }
}

/// The processors that the calling thread may run on, a bit each.
private func allowedProcessors() -> [UInt64] {
  var words = [UInt64](repeating: 0, count: Int(lamina_processor_words))
  _ = lamina_caller_processors(&words)
  return words
}
