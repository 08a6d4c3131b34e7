import LaminaCore
import LaminaOperators
import LaminaQuantizer
import LaminaRuntime
import LaminaTestSupport
import Testing

@Suite struct QuantizerTests {
  @Test func aCalibratedNetworkStaysCloseToTheFloatOne() throws {
    var sketch = GraphSketch()
    let x = sketch.input("x", [1, 6, 6, 3])
    let window = Window(size: [3, 3], padding: .sameUpper)
    let conv = sketch.node(
      Conv(window: window, layout: .channelsLast, weightLayout: .outputSpatialInput),
      x,
      sketch.weights([8, 3, 3, 3]),
      sketch.weights([8], seed: 2),
      activation: .relu
    )
    let second = sketch.node(
      Conv(window: window, layout: .channelsLast, weightLayout: .outputSpatialInput),
      conv,
      sketch.weights([8, 3, 3, 8], seed: 3),
      activation: .relu
    )
    let sum = sketch.node(BinaryElementwise(.add), conv, second)
    let pool = sketch.node(GlobalPool(.average, layout: .channelsLast), sum)
    let flat = sketch.node(Reshape(shape: [1, 8]), pool)
    let y = sketch.node(FullyConnected(), flat, sketch.weights([4, 8], seed: 5))
    let graph = try sketch.finish(y)
    let samples = (0..<4).map { [Datum.tensor(.noise([1, 6, 6, 3], seed: 20 + $0))] }
    let quantizer = Quantizer(PlanOptions(backend: ReferenceBackend()))
    let quantized = try quantizer.quantize(graph, calibration: samples).graph
    let integers = quantized.nodes.filter { node in
      node.outputs.contains { $0.map { quantized[$0].tensorType.isQuantized } ?? false }
    }
    #expect(integers.count { $0.op is Conv } == 2)
    #expect(integers.contains { $0.op is BinaryElementwise })
    for sample in samples {
      let expected = try graph.evaluate(sample)[0].tensor.floats()
      let actual = try quantized.evaluate(sample)[0].tensor.floats()
      let peak = expected.map(abs).max() ?? 0
      for (a, e) in zip(actual, expected) { #expect(abs(a - e) < 0.06 * peak) }
    }
  }

  @Test func rangesCoverZeroAndEveryRun() throws {
    var sketch = GraphSketch()
    let x = sketch.input("x", [3])
    let graph = try sketch.finish(sketch.node(UnaryElementwise(.neg), x))
    let runs = [[1, 2, 3], [-4, 0, 1]].map { [Datum.tensor(Tensor([3], $0 as [Float]))] }
    let ranges = try ActivationRanges(
      of: graph,
      on: runs,
      PlanOptions(backend: ReferenceBackend())
    )
    #expect(ranges[x] == -4...3)
    #expect(ranges[graph.outputs[0]] == -3...4)
  }
}
