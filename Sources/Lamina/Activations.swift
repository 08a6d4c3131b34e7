import LaminaCore
import LaminaPasses
import LaminaRuntime

extension Model {
  /// Runs the model in its natural precision and keeps values from inside of it.
  ///
  /// Values that are kept are not fused away, so times of such a run mean nothing.
  ///
  /// - Parameters:
  ///   - ids: values of ``graph`` that nodes compute.
  ///   - inputs: one for each of the model's inputs, in order.
  ///   - options: where to run, and on how many threads; the precision is not looked at.
  ///   - isCancelled: asked before each step.
  /// - Returns: the values, in the order of `ids`.
  /// - Throws: what preparing or running throws.
  package func activations(
    of ids: [ValueID],
    inputs: [Datum],
    options: RunOptions = RunOptions(),
    isCancelled: (() -> Bool)? = nil
  ) throws -> [Datum] {
    var exposed = try graph.binding(options.shapes)
    exposed.outputs = ids
    exposed.reindex()
    let backend = try Backends.backend(for: options.backend)
    let pipeline = backend.id == .reference ? PassPipeline.reference : PassPipeline.cpu
    let (network, _) = try pipeline.run(on: exposed)
    var plan = PlanOptions(backend: backend)
    plan.threadCount = max(options.threads ?? 1, 1)
    plan.memoryLimit = options.memoryLimit ?? .max
    return try Program(network, plan).run(inputs, isCancelled: isCancelled).outputs
  }
}
