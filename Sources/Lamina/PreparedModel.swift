import LaminaCore
import LaminaPasses
import LaminaRuntime

/// A model that is ready to run: optimised, planned, weights packed.
///
/// One run at a time.
public final class PreparedModel: Sendable {
  /// How long optimising, planning and packing took.
  public let prepareDuration: Duration
  /// What is computed in, by its name on the command line.
  public let precisionName: String
  /// Threads that compute.
  public let threadCount: Int

  package let program: Program
  /// What the passes did, in order.
  package let log: [AppliedEdit]
  /// What was planned ahead.
  package let preparation: PreparationSummary

  package var backendID: BackendID { program.options.backend.id }

  /// The graph as it runs.
  package var executionGraph: Graph { program.graph }

  init(
    program: Program,
    log: [AppliedEdit],
    precisionName: String,
    start: ContinuousClock.Instant
  ) throws {
    self.program = program
    self.log = log
    self.precisionName = precisionName
    threadCount = program.options.threadCount
    preparation = try program.prepare()
    prepareDuration = .now - start
  }

  /// Runs the model once.
  ///
  /// - Parameter inputs: one array for each input, in order.
  /// - Returns: one array for each output, in order.
  /// - Throws: an error when inputs do not fit or their data cannot be computed with.
  public func run(_ inputs: [NumericArray]) throws -> [NumericArray] {
    try run(inputs.map { Datum.tensor($0.tensor) }).outputs.map { NumericArray(try $0.tensor) }
  }

  /// Runs the model once and reports the times of its steps.
  package func run(
    _ inputs: [Datum],
    isCancelled: (() -> Bool)? = nil
  ) throws -> (outputs: [Datum], profile: RunProfile) {
    try program.run(inputs, isCancelled: isCancelled)
  }
}
