/// How operators of one type become nodes.
struct MNNRule: Sendable {
  /// The type in the schema.
  let name: String

  let translate: @Sendable (MNNOperator, inout MNNGraphBuilder) throws -> Void

  init(
    _ name: String,
    _ translate: @escaping @Sendable (MNNOperator, inout MNNGraphBuilder) throws -> Void
  ) {
    self.name = name
    self.translate = translate
  }
}

/// A variant of a known operator that the engine does not have; the model opens, the node does not
/// run.
struct MNNUnsupported: Error {
  let reason: String
}
