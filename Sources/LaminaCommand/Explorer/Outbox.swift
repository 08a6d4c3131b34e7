import LaminaExplorer
import Synchronization
import TerminalNcurses

/// Events on their way to the screen's thread, and what goes on at the moment.
final class Outbox: Sendable {
  private struct State {
    var events: [ExplorerEvent] = []
    var job: (job: Job, start: ContinuousClock.Instant)?
    /// Whether the screen's thread was told of the job.
    var isShown = false
  }

  private let state = Mutex(State())
  private let waker = Mutex<Waker?>(nil)

  /// Work that is done sooner is not spoken of.
  private static let silence = Duration.milliseconds(120)

  /// Wakes the screen's thread from now on.
  func connect(_ waker: Waker) {
    self.waker.withLock { $0 = waker }
  }

  func send(_ event: ExplorerEvent) {
    state.withLock { $0.events.append(event) }
    waker.withLock { $0?.wake() }
  }

  /// Says what goes on, and how much of it is done.
  func work(_ title: String, share: Double? = nil) {
    state.withLock { state in
      let start = state.job?.start ?? .now
      state.job = (Job(title, share: share), start)
    }
    waker.withLock { $0?.wake() }
  }

  /// Says that nothing goes on any more.
  func rest() {
    state.withLock { $0.job = nil }
    waker.withLock { $0?.wake() }
  }

  /// Whether something goes on that may have to be spoken of soon.
  var isWorking: Bool { state.withLock { $0.job != nil || $0.isShown } }

  /// Takes the events that have come, and what has become of the work.
  func take() -> [ExplorerEvent] {
    state.withLock { state in
      var events = state.events
      state.events = []
      if let (job, start) = state.job, ContinuousClock.now - start >= Self.silence {
        events.append(.jobStarted(job))
        state.isShown = true
      } else if state.job == nil, state.isShown {
        events.append(.jobEnded)
        state.isShown = false
      }
      return events
    }
  }
}
