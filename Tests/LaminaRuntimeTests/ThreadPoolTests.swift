import CProcessors
import LaminaRuntime
import Synchronization
import Testing

@Suite struct ThreadPoolTests {
  @Test(arguments: [1, 2, 3, 4, 7])
  func everyShareRunsOnce(threadCount: Int) {
    let pool = ThreadPool(threadCount: threadCount)
    #expect(pool.threadCount == threadCount)
    for count in [0, 1, 2, 3, 5, 64, 1000] {
      let marks = UnsafeMutablePointer<Int>.allocate(capacity: max(count, 1))
      defer { marks.deallocate() }
      marks.initialize(repeating: 0, count: max(count, 1))
      pool.parallel(count) { share in marks[share] += share + 1 }
      #expect((0..<count).allSatisfy { marks[$0] == $0 + 1 })
    }
  }

  @Test func manyStepsFollowEachOther() {
    let pool = ThreadPool(threadCount: 3)
    let total = Atomic<Int>(0)
    for _ in 0..<5_000 {
      pool.parallel(3) { share in total.wrappingAdd(share + 1, ordering: .relaxed) }
    }
    #expect(total.load(ordering: .relaxed) == 30_000)
  }

  @Test func sleepingWorkersWakeUp() async throws {
    let pool = ThreadPool(threadCount: 2)
    let total = Atomic<Int>(0)
    for _ in 0..<5 {
      try await Task.sleep(for: .milliseconds(20))
      pool.parallel(4) { _ in total.wrappingAdd(1, ordering: .relaxed) }
    }
    #expect(total.load(ordering: .relaxed) == 20)
  }

  @Test(.enabled(if: allowedProcessors().reduce(0) { $0 + $1.nonzeroBitCount } > 1))
  func workersKeepOffTheProcessorOfTheCaller() {
    let pool = ThreadPool(threadCount: 2)
    var mask: [UInt64] = []
    // The system may move the caller between two looks; then the look is taken again.
    for _ in 0..<1000 {
      let before = lamina_current_processor()
      pool.parallel(2) { share in if share == 1 { mask = allowedProcessors() } }
      guard lamina_current_processor() == before else { continue }
      let (word, bit) = (Int(before) / 64, UInt64(before) % 64)
      #expect(mask[word] >> bit & 1 == 0)
      #expect(mask != allowedProcessors())
      return
    }
    Issue.record("the caller was moved a thousand times")
  }

  @Test func theCallerTakesTheFirstShareAndOneThreadTakesAll() {
    let pool = ThreadPool(threadCount: 1)
    var order: [Int] = []
    pool.parallel(4) { order.append($0) }
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
      pool.parallel(4, UnsafeMutableRawPointer(base)) { context, share in
        context.assumingMemoryBound(to: Int.self)[share] = share * share
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
