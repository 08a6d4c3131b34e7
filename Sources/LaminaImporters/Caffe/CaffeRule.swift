import LaminaCore

/// How one type of layer becomes operators of the engine.
struct CaffeRule: Sendable {
  /// What becomes of a layer.
  enum Action: Sendable {
    case lower(@Sendable (CaffeLayer) throws -> Void)
    /// The layer brings data: its tops become inputs of the graph.
    case input(@Sendable (CaffeLayer) throws -> [[Int]])
    /// The layer serves training or tests only.
    case dropped
  }

  /// The layer's type in the file.
  let name: String
  let action: Action

  init(_ name: String, _ action: Action) {
    self.name = name
    self.action = action
  }

  /// A rule that makes one operator of the layer's bottoms.
  init(_ name: String, _ makeOperator: @escaping @Sendable (CaffeLayer) throws -> any Operator) {
    self.init(name, .lower { try $0.emit(makeOperator($0), inputs: $0.bottoms) })
  }

  /// A rule that adds what nodes and weights it needs.
  init(_ name: String, lowering: @escaping @Sendable (CaffeLayer) throws -> Void) {
    self.init(name, .lower(lowering))
  }
}

/// A variant of a known layer that cannot be represented; the net opens, the layer does not run.
struct CaffeUnsupported: Error {
  let reason: String
}
