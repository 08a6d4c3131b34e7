import LaminaCore

/// How a graph is to be run.
package struct PlanOptions: Sendable {
  /// The backend asked for.
  package var backend: any Backend
  /// Whether a step that the backend refuses is an error rather than run on the reference.
  package var forbidsFallback = false
  package var threadCount = 1
  /// The name of the precision, for summaries.
  package var precision = "fp32"
  /// Bytes that arena and packed weights may take together.
  package var memoryLimit = Int.max
  /// Called now and then while weights are packed: what was read of a file can be let go of.
  package var whenPacked: (@Sendable () -> Void)?

  package init(backend: any Backend) { self.backend = backend }
}
