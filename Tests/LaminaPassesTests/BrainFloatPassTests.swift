import LaminaCore
import LaminaOperators
import LaminaPasses
import LaminaTestSupport
import Testing

@Suite struct BrainFloatPassTests {
  private let passes: [any RewritePass] = [
    ComputeInBrainFloat(), JoinBrainFloats(), RemoveDeadNodes(),
  ]

  @Test func productsAndWhatFollowsThemComputeInBrainFloat() throws {
    var sketch = GraphSketch()
    let x = sketch.input("x", [1, 4, 6, 6])
    let scaled = sketch.node(BinaryElementwise(.mul), x, sketch.weights([1]))
    let conv = sketch.node(
      Conv(window: Window(size: [3, 3])),
      scaled,
      sketch.weights([5, 4, 3, 3])
    )
    let relu = sketch.node(UnaryElementwise(.relu), conv)
    let sum = sketch.node(BinaryElementwise(.add), relu, conv)
    let pooled = sketch.node(GlobalPool(.average), sum)
    let graph = try sketch.finish(sketch.node(Softmax(axis: 1), pooled))
    let after = try expectSameOutputs(graph, after: passes, within: 0.02)
    #expect(
      after.operatorNames == [
        "BinaryElementwise", "Cast", "Conv", "UnaryElementwise", "BinaryElementwise",
        "GlobalPool", "Cast", "Softmax",
      ]
    )
    let type = try #require(after.nodes.first { $0.op is Conv }?.inputs[1].map { after[$0] })
    #expect(type.tensorType.dtype == .bfloat16)
  }

  @Test func whatComputesShapesAndPositionsStaysFloat() throws {
    var sketch = GraphSketch()
    let x = sketch.input("x", [1, 300])
    let position = sketch.node(BinaryElementwise(.mul), x, sketch.weights([1, 300]))
    let graph = try sketch.finish(sketch.node(UnaryElementwise(.floor), position))
    let (after, log) = try PassPipeline(passes).run(on: graph)
    #expect(log.isEmpty)
    #expect(after.nodes.count == 2)
  }

  @Test func aSumWithAFloatStaysFloat() throws {
    var sketch = GraphSketch()
    let x = sketch.input("x", [3, 8])
    let product = sketch.node(MatMul(), x, sketch.weights([8, 8]))
    let graph = try sketch.finish(sketch.node(BinaryElementwise(.add), product, x))
    let after = try expectSameOutputs(graph, after: passes, within: 0.05)
    #expect(after.operatorNames == ["Cast", "MatMul", "Cast", "BinaryElementwise"])
  }
}
