import Glibc
import Lamina
import LaminaExplorer
import TerminalCells
import TerminalNcurses

/// Starts the explorer and runs it until it is quit.
package enum ExplorerMain {
  /// Opens the model, takes the terminal, and gives it back at the end.
  ///
  /// - Parameter options: what to open, and how.
  /// - Throws: why the model or a picture cannot be opened, or that there is no terminal.
  package static func run(options: ExplorerOptions) async throws {
    guard Terminal.isPresent else { throw UsageError(TerminalError.noTerminal.description) }
    let outbox = Outbox()
    let queue = EngineQueue()
    let shared = SharedModel()
    let opening = Opening()
    // The first frame does not wait for a large file.
    Self.startThread {
      let worker = EngineWorker(options, queue, outbox, shared)
      opening.finish(worker.start())
      worker.prepareOpened()
      outbox.rest()
      worker.serve()
    }
    if let error = opening.failure(within: .milliseconds(30)) { throw error }
    var loop: ExplorerLoop
    do {
      loop = try ExplorerLoop(options, queue, outbox, shared)
    } catch {
      throw UsageError(error.description)
    }
    try loop.run(opening)
  }

  /// Runs `body` on a thread of its own, with the stack that operators are tested with.
  private static func startThread(_ body: @escaping @Sendable () -> Void) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, 8 << 20)
    let work = Unmanaged.passRetained(ThreadBody(body))
    var thread = pthread_t()
    let status = pthread_create(&thread, &attributes, threadMain, work.toOpaque())
    guard status == 0 else {
      // Without a thread the work is done here, and shown when it is done.
      return work.takeRetainedValue().body()
    }
    pthread_detach(thread)
  }
}

/// What a thread runs.
private final class ThreadBody {
  let body: @Sendable () -> Void

  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

private func threadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  if let argument { Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().body() }
  return nil
}
