/// How layers of one type become nodes.
///
/// A rule takes its weights before anything can make it give up, so that the next layer finds its
/// own.
struct NcnnRule: Sendable {
  /// The type in the file.
  let name: String

  let translate: @Sendable (NcnnLayer, inout NcnnGraphBuilder) throws -> Void

  init(
    _ name: String,
    _ translate: @escaping @Sendable (NcnnLayer, inout NcnnGraphBuilder) throws -> Void
  ) {
    self.name = name
    self.translate = translate
  }
}

/// A variant of a known layer that the engine does not have; the model opens, the node does not
/// run.
struct NcnnUnsupported: Error {
  let reason: String
}
