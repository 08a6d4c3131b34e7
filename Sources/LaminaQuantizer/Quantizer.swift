import LaminaCore
import LaminaOperators
import LaminaPasses
import LaminaRuntime

/// Makes a float graph compute in 8-bit integers, after training.
///
/// Activations become unsigned bytes with one scale and zero point a tensor, from the range they
/// took on calibration inputs; weights become signed bytes with one scale an output channel.
///
///     scale = (high − low) / 255      zeroPoint = −low / scale, with low ≤ 0 ≤ high
///     weight scale = max |w| / 127
///
/// - Source: Jacob et al., "Quantization and Training of Neural Networks for Efficient
///   Integer-Arithmetic-Only Inference", 2018.
package struct Quantizer: Sendable {
  private let options: PlanOptions

  /// - Parameter options: where calibration runs.
  package init(_ options: PlanOptions) { self.options = options }

  /// Returns a graph that computes in integers wherever that is possible.
  ///
  /// - Parameters:
  ///   - graph: a float graph, optimised for the backend.
  ///   - calibration: one list of inputs a run; at least one.
  /// - Returns: the graph and what was done to it.
  /// - Throws: what a calibration run throws, or ``GraphError``.
  package func quantize(
    _ graph: Graph,
    calibration: [[Datum]]
  ) throws -> (graph: Graph, log: [AppliedEdit]) {
    let ranges = try ActivationRanges(of: graph, on: calibration, options)
    let activations = ActivationScales(graph, ranges)
    var edits = activations.edits(in: graph)
    edits += try graph.nodes.compactMap { try WeightScales.edit(at: $0, in: graph, activations) }
    var marked = graph
    try marked.apply(edits)
    let log = edits.map { AppliedEdit(pass: "calibrate", reason: $0.reason) }
    let (quantized, more) = try Self.pipeline.run(on: marked)
    return (quantized, log + more)
  }

  private static let pipeline = PassPipeline([
    FuseQuantizedRegion(), FoldConstants(), RemoveDeadNodes(),
  ])
}
