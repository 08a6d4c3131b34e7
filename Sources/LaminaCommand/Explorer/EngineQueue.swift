import Dispatch
import Synchronization

/// Requests on their way to the engine's thread, and the means to give up what goes on there.
package final class EngineQueue: Sendable {
  private struct State {
    var waiting: [EngineRequest] = []
    var current: EngineRequest?
    /// Grows whenever what goes on is to be given up.
    var generation = 0
  }

  package init() {}

  private let state = Mutex(State())
  private let arrivals = DispatchSemaphore(value: 0)

  /// Adds a request, dropping those that it makes pointless.
  package func post(_ request: EngineRequest) {
    state.withLock { state in
      state.waiting.removeAll { request.supersedes($0) }
      state.waiting.append(request)
      if request.interrupts(state.current) { state.generation += 1 }
    }
    arrivals.signal()
  }

  /// Gives up what goes on and what waits.
  package func stop() {
    state.withLock { state in
      state.waiting.removeAll()
      state.generation += 1
    }
  }

  /// Waits for a request and takes it, with the number by which it is given up.
  package func next() -> (request: EngineRequest, generation: Int) {
    while true {
      arrivals.wait()
      let next = state.withLock { state -> (EngineRequest, Int)? in
        state.current = nil
        guard !state.waiting.isEmpty else { return nil }
        let request = state.waiting.removeFirst()
        state.current = request
        return (request, state.generation)
      }
      if let next { return next }
    }
  }

  /// Whether what was taken with a number has been given up.
  package func isCancelled(_ generation: Int) -> Bool {
    state.withLock { $0.generation != generation }
  }

  /// Whether what goes on was given up for something that waits now.
  package var isOvertaken: Bool {
    state.withLock { state in state.waiting.contains { $0.interrupts(state.current) } }
  }

  /// Says that the engine's thread has done what it took.
  package func finish() {
    state.withLock { $0.current = nil }
  }
}
