import LaminaCore

/// How one operator of the schema becomes an operator of the engine.
///
/// The translation may rearrange the node's inputs and put nodes before it.
package struct TFLiteRule: Sendable {
  /// The name in the schema, or a custom operator's name in the file.
  package let name: String

  let translate: @Sendable (TFLiteNode) throws -> any Operator

  init(_ name: String, _ translate: @escaping @Sendable (TFLiteNode) throws -> any Operator) {
    self.name = name
    self.translate = translate
  }
}

/// A variant of a known operator that the engine does not have; the model opens, the node does
/// not run.
struct TFLiteUnsupported: Error {
  let reason: String
}
