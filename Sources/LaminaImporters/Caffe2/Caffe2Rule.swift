import LaminaCore

/// How one operator becomes operators of the engine.
struct Caffe2Rule: Sendable {
  /// The operator's type in the file.
  let name: String
  /// Which inputs hold weights.
  let weights: [Int]
  let lower: @Sendable (Caffe2Node) throws -> Void

  /// A rule that makes one operator of all inputs; only the first output is written.
  init(_ name: String, _ makeOperator: @escaping @Sendable (Caffe2Node) throws -> any Operator) {
    self.init(name, lowering: { try $0.emit(makeOperator($0), $0.allInputs()) })
  }

  /// A rule that adds what nodes and weights it needs.
  init(
    _ name: String,
    weights: [Int] = [],
    lowering: @escaping @Sendable (Caffe2Node) throws -> Void
  ) {
    self.name = name
    self.weights = weights
    lower = lowering
  }
}

/// A variant of a known operator that cannot be represented; the model opens, the node does not
/// run.
struct Caffe2Unsupported: Error {
  let reason: String
}
