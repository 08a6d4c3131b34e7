import LaminaCore
import LaminaImporters
import LaminaRuntime
import LaminaWire

/// What the program returns to the shell, by what went wrong.
package enum ExitCode: Int32, Sendable {
  case done = 0
  /// A comparison or verification did not hold.
  case mismatch = 1
  case usage = 2
  case refusedFile = 3
  case unsupportedOperators = 4
  case unavailable = 5
  case limit = 6

  /// The code for an error that reached the top.
  package init(for error: any Error) {
    self =
      switch error {
      case let error as PlanError: Self(plan: error)
      case let error as ShapeError: Self(shape: error)
      case GraphError.unsupportedOperators: .unsupportedOperators
      case GraphError.wrongInputs: .usage
      case GraphError.node(_, _, let error): Self(shape: error)
      case is ImportError, is WireError, is GraphError: .refusedFile
      case is RunError: .usage
      default: .mismatch
      }
  }

  private init(plan error: PlanError) {
    self =
      switch error {
      case .unsupportedOperators: .unsupportedOperators
      case .missingWeights: .refusedFile
      case .backendUnavailable, .precisionUnavailable, .refusedStep: .unavailable
      case .outOfMemory: .limit
      }
  }

  private init(shape error: ShapeError) {
    self =
      switch error {
      case .outOfMemory, .tooLarge: .limit
      case .unsupported: .unsupportedOperators
      default: .refusedFile
      }
  }
}
