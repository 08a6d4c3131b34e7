import LaminaCore
import LaminaPasses
import LaminaTestSupport
import Testing

/// Runs a graph before and after passes on the same inputs and expects the same outputs.
///
/// - Returns: the graph after, for a look at its nodes.
@discardableResult
func expectSameOutputs(
  _ graph: Graph,
  after passes: [any RewritePass],
  within tolerance: Double = 1e-5,
  inputs: [Tensor]? = nil,
  sourceLocation: SourceLocation = #_sourceLocation
) throws -> Graph {
  let (after, log) = try PassPipeline(passes).run(on: graph)
  let arguments =
    (inputs
    ?? graph.inputs.enumerated().map { index, id in
      Tensor.noise(graph[id].tensorType.shape, seed: 7 + index)
    }).map(Datum.tensor)
  let expected = try graph.evaluate(arguments)
  let actual = try after.evaluate(arguments)
  for (a, e) in zip(actual, expected) {
    expectClose(try a.tensor, try e.tensor, within: tolerance, sourceLocation: sourceLocation)
  }
  #expect(!log.isEmpty, "no pass matched", sourceLocation: sourceLocation)
  return after
}

extension Graph {
  /// The names of the operators in order.
  var operatorNames: [String] { nodes.map { type(of: $0.op).name } }
}
