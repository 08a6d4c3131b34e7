import LaminaCore

/// What can stop a plan from being made.
package enum PlanError: Error, Sendable {
  case unsupportedOperators([String])
  /// The graph has weights that no file holds; `expected` says where they should have been.
  case missingWeights(names: [String], expected: String)
  case backendUnavailable(name: String, reason: String)
  case precisionUnavailable(name: String, reason: String)
  /// The backend refused a step and falling back was forbidden.
  case refusedStep(node: String, op: String, backend: BackendID, reason: String)
  case outOfMemory(bytes: Int, limit: Int)
}

extension PlanError {
  /// Checks that all weights of a graph are there.
  ///
  /// - Throws: ``PlanError/missingWeights(names:expected:)``.
  package static func checkWeights(of graph: Graph) throws(PlanError) {
    let names = graph.absentWeights
    guard !names.isEmpty else { return }
    throw .missingWeights(
      names: names,
      expected: graph.metadata.missingWeights ?? "them beside the model"
    )
  }
}

extension PlanError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unsupportedOperators(let names):
      "the model uses operators that Lamina does not know: \(names.joined(separator: ", "))"
    case .missingWeights(let names, let expected):
      "the model cannot run without its weights: \(names.count) tensors are missing, such as "
        + "\(names.first ?? "none"); expected \(expected)"
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
