import CProcessors
import Glibc
import Synchronization

/// Threads that share the work of one step after the other.
///
/// The caller takes part as the first thread. Between steps the others spin for a short while,
/// then sleep until they are called. Pieces are shared out evenly and in order; a thread that is
/// done with its own takes what others have not begun, see ``PieceRanges``.
///
/// Workers keep off the caller's processor: a scheduler that sees them sleep most of the time likes
/// to put both on one, where one waits for the other from start to end of a process.
///
/// A pool runs one step at a time and belongs to one caller at a time. With one thread no atomic
/// is touched and no thread is started.
package final class ThreadPool: @unchecked Sendable {
  /// Work for one piece: what it needs, the piece's number, and the thread that does it, of which
  /// no two do anything at a time.
  package typealias Work =
    @convention(c) (
      _ context: UnsafeMutableRawPointer, _ piece: Int, _ thread: Int
    ) -> Void

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

  /// Calls `work` for each piece from 0 to `count` − 1 and returns when all are done.
  package func parallel(
    _ count: Int,
    _ context: UnsafeMutableRawPointer,
    _ work: @escaping Work
  ) {
    if threadCount == 1 || count <= 1 || count > PieceRanges.limit {
      for piece in 0..<max(count, 0) { work(context, piece, 0) }
      return
    }
    keepOffCaller()
    shared.run(Job(work: work, context: context), count)
  }

  /// Wakes workers that sleep, so that they are there when a step has work for them.
  package func callUp() {
    if threadCount == 1 { return }
    keepOffCaller()
    shared.callUp()
  }

  /// How many jobs there were so far; always 0 with one thread.
  package var jobCount: UInt32 { threadCount == 1 ? 0 : shared.jobCount }

  /// Moves the workers when the caller runs on another processor than before.
  private func keepOffCaller() {
    guard let processors else { return }
    let processor = ProcessorSet.current
    guard processor != avoided else { return }
    avoided = processor
    let others = processors.removing(processor)
    for worker in workers { others.bind(worker) }
  }

  /// Calls `body` for each piece from 0 to `count` − 1 and returns when all are done.
  package func parallel(_ count: Int, _ body: (_ piece: Int, _ thread: Int) -> Void) {
    if threadCount == 1 || count <= 1 {
      for piece in 0..<max(count, 0) { body(piece, 0) }
      return
    }
    withoutActuallyEscaping(body) { escapable in
      var closure = escapable
      withUnsafeMutablePointer(to: &closure) { pointer in
        parallel(count, UnsafeMutableRawPointer(pointer)) { context, piece, thread in
          context.assumingMemoryBound(to: ((Int, Int) -> Void).self).pointee(piece, thread)
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

/// What a step's pieces need.
private struct Job {
  var work: ThreadPool.Work
  var context: UnsafeMutableRawPointer
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

/// The body of a worker thread: takes pieces of each job until there are no more jobs.
private func workerMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  let worker = Unmanaged<Worker>.fromOpaque(argument).takeRetainedValue()
  var seen = Shared.Call()
  while let call = worker.shared.awaitCall(after: seen) {
    worker.shared.help(call, worker.index)
    seen = call
  }
  return nil
}

/// The state that the caller and the workers share.
///
/// A worker may come late to a job, even after its end. It reads ``job`` only once it has a piece of
/// it, and while it has one the caller waits.
private final class Shared: @unchecked Sendable {
  /// What workers are told of a job: its number, and how many pieces it has.
  struct Call: Equatable {
    var job: UInt32 = 0
    var count = 0

    init() {}

    init(job: UInt32, count: Int) { (self.job, self.count) = (job, count) }

    init(_ word: UInt64) { self.init(job: UInt32(word >> 32), count: Int(word & 0xffff)) }

    var word: UInt64 { UInt64(job) << 32 | UInt64(count) }
  }

  var threadCount: Int
  /// Written by the caller before `posted` and read by workers after it.
  private var job: Job?
  private let ranges: PieceRanges
  /// The latest call.
  private let posted = Atomic<UInt64>(0)
  /// Pieces that workers have done.
  private let finished = Atomic<Int>(0)
  private let sleeping = Atomic<Int>(0)
  private let stopped = Atomic<Bool>(false)
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let wakeUp: UnsafeMutablePointer<pthread_cond_t>

  /// Looks at the latest call before a worker sleeps: some 200 µs, longer than the steps of small
  /// networks that one thread does alone.
  private static let spinCount = 30_000

  init(threadCount: Int) {
    self.threadCount = threadCount
    ranges = PieceRanges(threadCount: threadCount)
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

  // MARK: The caller

  /// Runs a job of `count` pieces and returns when all are done.
  func run(_ job: Job, _ count: Int) {
    let call = post(job, count)
    var left = count - runOwn(call, 0)
    while finished.load(ordering: .acquiring) != left,
      let piece = ranges.takeOther(than: 0, of: threadCount, job: call.job)
    {
      job.work(job.context, piece, 0)
      left -= 1
    }
    awaitPieces(left)
  }

  var jobCount: UInt32 { Call(posted.load(ordering: .relaxed)).job }

  /// Wakes those that sleep with a job of no pieces.
  func callUp() {
    guard sleeping.load(ordering: .relaxed) != 0 else { return }
    run(Job(work: { _, _, _ in }, context: UnsafeMutableRawPointer(mutex)), 0)
  }

  /// Hands a job to all workers and wakes those that sleep; what is theirs can be taken meanwhile.
  private func post(_ job: Job, _ count: Int) -> Call {
    let last = Call(posted.load(ordering: .relaxed))
    let call = Call(job: last.job &+ 1, count: count)
    self.job = job
    finished.store(0, ordering: .relaxed)
    if sleeping.load(ordering: .relaxed) != 0 {
      for worker in 1..<threadCount { fill(worker, call) }
    }
    posted.store(call.word, ordering: .sequentiallyConsistent)
    wakeSleepers()
    return call
  }

  func stop() {
    let last = Call(posted.load(ordering: .relaxed))
    stopped.store(true, ordering: .sequentiallyConsistent)
    posted.store(Call(job: last.job &+ 1, count: 0).word, ordering: .sequentiallyConsistent)
    wakeSleepers()
  }

  /// Waits until workers have done so many pieces: spinning, then giving up the processor in
  /// between.
  private func awaitPieces(_ count: Int) {
    var looks = 0
    while finished.load(ordering: .acquiring) != count {
      looks += 1
      if looks > Self.spinCount { sched_yield() } else { lamina_pause() }
    }
  }

  private func wakeSleepers() {
    guard sleeping.load(ordering: .sequentiallyConsistent) != 0 else { return }
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(wakeUp)
    pthread_mutex_unlock(mutex)
  }

  // MARK: Workers

  /// Does a worker's pieces, then others' as long as there are some.
  func help(_ call: Call, _ thread: Int) {
    finish(runOwn(call, thread))
    while posted.load(ordering: .relaxed) == call.word,
      let piece = ranges.takeOther(than: thread, of: threadCount, job: call.job)
    {
      if let job { job.work(job.context, piece, thread) }
      finish(1)
    }
  }

  private func finish(_ count: Int) {
    if count > 0 { finished.wrappingAdd(count, ordering: .releasing) }
  }

  /// Waits for another call than `seen`; `nil` when the pool ends.
  func awaitCall(after seen: Call) -> Call? {
    for _ in 0..<Self.spinCount {
      let word = posted.load(ordering: .acquiring)
      if word != seen.word { return stopped.load(ordering: .acquiring) ? nil : Call(word) }
      lamina_pause()
    }
    sleeping.wrappingAdd(1, ordering: .sequentiallyConsistent)
    pthread_mutex_lock(mutex)
    while posted.load(ordering: .sequentiallyConsistent) == seen.word {
      pthread_cond_wait(wakeUp, mutex)
    }
    pthread_mutex_unlock(mutex)
    sleeping.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    return stopped.load(ordering: .acquiring) ? nil : Call(posted.load(ordering: .acquiring))
  }

  // MARK: Both

  private func fill(_ thread: Int, _ call: Call) {
    ranges.fill(thread, of: threadCount, job: call.job, count: call.count)
  }

  /// Does a thread's own pieces and returns how many they were.
  private func runOwn(_ call: Call, _ thread: Int) -> Int {
    fill(thread, call)
    var done = 0
    while let piece = ranges.takeOwn(thread, job: call.job) {
      guard let job else { break }
      job.work(job.context, piece, thread)
      done += 1
    }
    return done
  }
}
