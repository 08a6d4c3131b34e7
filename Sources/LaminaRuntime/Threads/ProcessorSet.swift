import CProcessors
import Glibc

/// The processors that a thread may run on.
struct ProcessorSet: Equatable {
  private var words: [UInt64]

  private init?(_ read: (UnsafeMutablePointer<UInt64>) -> Int32) {
    var words = [UInt64](repeating: 0, count: Int(lamina_processor_words))
    guard read(&words) == 0 else { return nil }
    self.words = words
  }

  /// Those of the calling thread; `nil` when the system does not tell.
  static func ofCaller() -> ProcessorSet? { ProcessorSet { lamina_caller_processors($0) } }

  /// The processor that the caller runs on; negative when the system does not tell.
  static var current: Int { Int(lamina_current_processor()) }

  var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  func contains(_ processor: Int) -> Bool {
    guard words.indices.contains(processor / 64), processor >= 0 else { return false }
    return words[processor / 64] >> UInt64(processor % 64) & 1 == 1
  }

  /// Returns the set without one processor.
  func removing(_ processor: Int) -> ProcessorSet {
    guard contains(processor) else { return self }
    var set = self
    set.words[processor / 64] &= ~(1 << UInt64(processor % 64))
    return set
  }

  /// Lets a thread run on these processors only; a thread that the system does not let stays.
  func bind(_ thread: pthread_t) { _ = lamina_bind_thread(thread, words) }
}
