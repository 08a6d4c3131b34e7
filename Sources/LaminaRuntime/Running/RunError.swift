/// What can go wrong in a run.
package enum RunError: Error, Sendable {
  case wrongInputCount(expected: Int, found: Int)
  case wrongInput(name: String, expected: String, found: String)
  case unexpectedResult(node: String, expected: String, found: String)
  case missingOutput(name: String)
  case cancelled
}

extension RunError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .wrongInputCount(let expected, let found):
      "the model takes \(expected) inputs, \(found) were given"
    case .wrongInput(let name, let expected, let found):
      "input \(name): expected \(expected), found \(found)"
    case .unexpectedResult(let node, let expected, let found):
      "node \(node) was planned to give \(expected), but gave \(found)"
    case .missingOutput(let name): "output \(name) was not computed"
    case .cancelled: "the run was cancelled"
    }
  }
}
