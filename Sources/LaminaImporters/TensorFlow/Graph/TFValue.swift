import LaminaCore

/// What a name of a graph stands for.
enum TFValue {
  /// Data, computed or constant.
  case value(ValueID)
  /// A handle of the variable with a name; reading it gives its value.
  case variable(String)
  /// A handle of something that has no value, such as a table.
  case handle

  var id: ValueID? {
    if case .value(let id) = self { return id }
    return nil
  }
}

/// An output of a node as inputs of others name it.
struct TFEndpoint: Hashable {
  var node: String
  var output: Int
}

/// Why a node of a known operator cannot run; it is shown nevertheless.
struct TFUnsupported: Error {
  let reason: String
}

/// How one operator of TensorFlow becomes operators of the engine.
struct TFRule: Sendable {
  let name: String
  let lower: @Sendable (TFNode) throws -> Void

  /// A rule that makes one operator with the node's own inputs and one output.
  init(_ name: String, _ makeOperator: @escaping @Sendable (TFNode) throws -> any Operator) {
    self.init(name, lowering: { node in try node.emit(makeOperator(node)) })
  }

  /// A rule that adds what nodes and constants it needs.
  init(_ name: String, lowering: @escaping @Sendable (TFNode) throws -> Void) {
    self.name = name
    lower = lowering
  }
}
