import Glibc
import Synchronization

/// Threads that share the work of one step after the other.
///
/// The caller takes part as the first thread. Between steps the others spin for a short while,
/// then sleep until they are called. Shares are static: of `count` shares over `threadCount`
/// threads, thread `t` takes the shares `t`, `t + threadCount`, …
///
/// Workers keep off the caller's processor: a scheduler that sees them sleep most of the time likes
/// to put both on one, where one waits for the other from start to end of a process.
///
/// A pool runs one step at a time and belongs to one caller at a time. With one thread no atomic
/// is touched and no thread is started.
package final class ThreadPool: @unchecked Sendable {
  /// Work for one share: what it needs, and the share's number.
  package typealias Work = @convention(c) (_ context: UnsafeMutableRawPointer, _ share: Int) -> Void

  /// The threads that take part, the caller counted.
  package let threadCount: Int

  private let shared: Shared
  private var workers: [pthread_t] = []
  /// Where the workers may run; `nil` where there are too few processors to choose from.
  private let processors: ProcessorSet?
  /// The processor that the workers keep off.
  private var avoided = -1

  /// - Parameter threadCount: from 1 to 256; other numbers are moved into the range.
  package init(threadCount: Int) {
    let wanted = min(max(threadCount, 1), 256)
    shared = Shared(threadCount: wanted)
    for index in 1..<max(wanted, 1) {
      guard let worker = Self.start(shared, index) else { break }
      workers.append(worker)
    }
    let threadCount = workers.count + 1
    self.threadCount = threadCount
    processors = ProcessorSet.ofCaller().flatMap { $0.count >= max(threadCount, 2) ? $0 : nil }
    shared.threadCount = workers.count + 1
  }

  deinit {
    guard !workers.isEmpty else { return }
    shared.stop()
    for worker in workers { pthread_join(worker, nil) }
  }

  /// Calls `work` for each share from 0 to `count` − 1 and returns when all are done.
  package func parallel(
    _ count: Int,
    _ context: UnsafeMutableRawPointer,
    _ work: @escaping Work
  ) {
    if threadCount == 1 || count <= 1 {
      for share in 0..<max(count, 0) { work(context, share) }
      return
    }
    keepOffCaller()
    shared.post(Job(work: work, context: context, count: count))
    shared.runShares(of: 0)
    shared.awaitWorkers()
  }

  /// Moves the workers when the caller runs on another processor than before.
  private func keepOffCaller() {
    guard let processors else { return }
    let processor = ProcessorSet.current
    guard processor != avoided else { return }
    avoided = processor
    let others = processors.removing(processor)
    for worker in workers { others.bind(worker) }
  }

  /// Calls `body` for each share from 0 to `count` − 1 and returns when all are done.
  package func parallel(_ count: Int, _ body: (Int) -> Void) {
    if threadCount == 1 || count <= 1 {
      for share in 0..<max(count, 0) { body(share) }
      return
    }
    withoutActuallyEscaping(body) { escapable in
      var closure = escapable
      withUnsafeMutablePointer(to: &closure) { pointer in
        parallel(count, UnsafeMutableRawPointer(pointer)) { context, share in
          context.assumingMemoryBound(to: ((Int) -> Void).self).pointee(share)
        }
      }
    }
  }

  /// Starts a worker; `nil` when the system refuses.
  private static func start(_ shared: Shared, _ index: Int) -> pthread_t? {
    let argument = Unmanaged.passRetained(Worker(shared: shared, index: index))
    var thread = pthread_t()
    let status = pthread_create(&thread, nil, workerMain, argument.toOpaque())
    guard status == 0 else {
      argument.release()
      return nil
    }
    return thread
  }
}

/// What a step's shares need.
private struct Job {
  var work: ThreadPool.Work
  var context: UnsafeMutableRawPointer
  var count: Int
}

/// What a worker is told at its start.
private final class Worker {
  let shared: Shared
  let index: Int

  init(shared: Shared, index: Int) {
    self.shared = shared
    self.index = index
  }
}

/// The body of a worker thread: takes its shares of each job until there are no more jobs.
private func workerMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  let worker = Unmanaged<Worker>.fromOpaque(argument).takeRetainedValue()
  var seen = 0
  while worker.shared.awaitJob(after: seen) {
    seen &+= 1
    worker.shared.runShares(of: worker.index)
    worker.shared.finish()
  }
  return nil
}

/// The state that the caller and the workers share.
private final class Shared: @unchecked Sendable {
  var threadCount: Int
  /// Written by the caller before `posted` and read by workers after it.
  private var job: Job?
  private let posted = Atomic<Int>(0)
  private let running = Atomic<Int>(0)
  private let sleeping = Atomic<Int>(0)
  private let stopped = Atomic<Bool>(false)
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let wakeUp: UnsafeMutablePointer<pthread_cond_t>

  /// Looks at the job counter before a worker sleeps: some 200 µs, longer than the steps of small
  /// networks that one thread does alone.
  private static let spinCount = 200_000

  init(threadCount: Int) {
    self.threadCount = threadCount
    mutex = .allocate(capacity: 1)
    wakeUp = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wakeUp, nil)
  }

  deinit {
    pthread_cond_destroy(wakeUp)
    pthread_mutex_destroy(mutex)
    wakeUp.deallocate()
    mutex.deallocate()
  }

  /// Hands a job to all workers and wakes those that sleep.
  func post(_ job: Job) {
    self.job = job
    running.store(threadCount - 1, ordering: .relaxed)
    posted.wrappingAdd(1, ordering: .sequentiallyConsistent)
    wakeSleepers()
  }

  func stop() {
    stopped.store(true, ordering: .sequentiallyConsistent)
    posted.wrappingAdd(1, ordering: .sequentiallyConsistent)
    wakeSleepers()
  }

  /// Does every share that falls to one thread.
  func runShares(of thread: Int) {
    guard let job else { return }
    var share = thread
    while share < job.count {
      job.work(job.context, share)
      share += threadCount
    }
  }

  func finish() { running.wrappingSubtract(1, ordering: .releasing) }

  /// Waits for the workers: spinning, then giving up the processor in between.
  func awaitWorkers() {
    var looks = 0
    while running.load(ordering: .acquiring) != 0 {
      looks += 1
      if looks > Self.spinCount { sched_yield() } else { spinPause() }
    }
  }

  /// Waits for the job after number `seen`; false when the pool ends.
  func awaitJob(after seen: Int) -> Bool {
    for _ in 0..<Self.spinCount {
      if posted.load(ordering: .acquiring) != seen { return !stopped.load(ordering: .acquiring) }
      spinPause()
    }
    sleeping.wrappingAdd(1, ordering: .sequentiallyConsistent)
    pthread_mutex_lock(mutex)
    while posted.load(ordering: .sequentiallyConsistent) == seen {
      pthread_cond_wait(wakeUp, mutex)
    }
    pthread_mutex_unlock(mutex)
    sleeping.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    return !stopped.load(ordering: .acquiring)
  }

  private func wakeSleepers() {
    guard sleeping.load(ordering: .sequentiallyConsistent) != 0 else { return }
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(wakeUp)
    pthread_mutex_unlock(mutex)
  }

  /// Lets the other hardware thread of a core run for a moment.
  private func spinPause() { _ = stopped.load(ordering: .relaxed) }
}
