import Dispatch
import Synchronization

/// Whether the model of the command line could be opened.
final class Opening: Sendable {
  private enum State {
    case open
    case done
    case failed(any Error)
  }

  private let state = Mutex(State.open)
  private let group = DispatchSemaphore(value: 0)

  /// Says how it went; `nil` for well.
  func finish(_ error: (any Error)?) {
    state.withLock { $0 = error.map(State.failed) ?? .done }
    group.signal()
  }

  /// Why it failed, if that is known by now.
  var failure: (any Error)? {
    state.withLock { if case .failed(let error) = $0 { error } else { nil } }
  }

  /// Waits a little for the end and returns why it failed, if it did.
  func failure(within time: DispatchTimeInterval) -> (any Error)? {
    _ = group.wait(timeout: .now() + time)
    return failure
  }
}
