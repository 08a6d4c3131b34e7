import LaminaCore

/// How one operator becomes operators of the engine.
struct MXNetRule: Sendable {
  /// The operator's name in the file.
  let name: String
  /// Which inputs are weights, labels, or both to be left out of what a person gives.
  let weights: [Int]
  let labels: [Int]
  let lower: @Sendable (MXNetNode) throws -> Void

  /// A rule that makes one operator of the node's inputs.
  init(_ name: String, _ makeOperator: @escaping @Sendable (MXNetNode) throws -> any Operator) {
    self.init(name, lowering: { try $0.emit(makeOperator($0), $0.allInputs()) })
  }

  /// A rule that adds what nodes and weights it needs.
  ///
  /// - Parameters:
  ///   - name: The operator's name in the file.
  ///   - weights: The inputs that hold weights.
  ///   - labels: The inputs that only training reads.
  ///   - lowering: What the rule does.
  init(
    _ name: String,
    weights: [Int] = [],
    labels: [Int] = [],
    lowering: @escaping @Sendable (MXNetNode) throws -> Void
  ) {
    self.name = name
    self.weights = weights
    self.labels = labels
    lower = lowering
  }
}

/// A variant of a known operator that cannot be represented; the model opens, the node does not
/// run.
struct MXNetUnsupported: Error {
  let reason: String
}
