import Foundation
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
    let thread = Thread {
      let worker = EngineWorker(options, queue, outbox, shared)
      opening.finish(worker.start())
      worker.prepareOpened()
      outbox.rest()
      worker.serve()
    }
    thread.stackSize = 8 << 20
    thread.start()
    if let error = opening.failure(within: .milliseconds(30)) { throw error }
    var loop: ExplorerLoop
    do {
      loop = try ExplorerLoop(options, queue, outbox, shared)
    } catch {
      throw UsageError(error.description)
    }
    try loop.run(opening)
  }
}
