import LaminaCore

/// What can stop a plan from being made.
package enum PlanError: Error, Sendable {
  case unsupportedOperators([String])
  case backendUnavailable(name: String, reason: String)
  case precisionUnavailable(name: String, reason: String)
  /// The backend refused a step and falling back was forbidden.
  case refusedStep(node: String, op: String, backend: BackendID, reason: String)
  case outOfMemory(bytes: Int, limit: Int)
}

extension PlanError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unsupportedOperators(let names):
      "the model uses operators that Lamina does not know: \(names.joined(separator: ", "))"
    case .backendUnavailable(let name, let reason): "backend \(name) is not available: \(reason)"
    case .precisionUnavailable(let name, let reason):
      "precision \(name) is not available: \(reason)"
    case .refusedStep(let node, let op, let backend, let reason):
      "backend \(backend) does not take \(node) (\(op)): \(reason)"
    case .outOfMemory(let bytes, let limit):
      "the plan needs \(bytes) bytes, more than the limit of \(limit)"
    }
  }
}
