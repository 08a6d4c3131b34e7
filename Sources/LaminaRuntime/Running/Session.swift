import LaminaCore

/// What a session reports while it works, in order.
package enum SessionEvent: Sendable {
  case prepared(PreparationSummary)
  case runFinished(RunProfile)
  case runFailed(any Error)
}

/// Runs a program off the caller's thread.
///
/// The stream of events drops its oldest when nobody reads; the complete profile is in the result
/// of the run.
package actor Session {
  private let program: Program
  package nonisolated let events: AsyncStream<SessionEvent>
  private let reporter: AsyncStream<SessionEvent>.Continuation

  /// - Throws: ``PlanError`` when the graph cannot be run under the options.
  package init(_ graph: Graph, _ options: PlanOptions) throws {
    program = try Program(graph, options)
    (events, reporter) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(256))
  }

  deinit { reporter.finish() }

  /// Plans what can be planned ahead.
  @discardableResult
  package func prepare() throws -> PreparationSummary {
    let summary = try program.prepare()
    reporter.yield(.prepared(summary))
    return summary
  }

  /// Runs once; cancelling the task stops it before the next step.
  package func run(_ inputs: [Datum]) throws -> (outputs: [Datum], profile: RunProfile) {
    do {
      let result = try program.run(inputs) { Task.isCancelled }
      reporter.yield(.runFinished(result.profile))
      return result
    } catch {
      reporter.yield(.runFailed(error))
      throw error
    }
  }
}
