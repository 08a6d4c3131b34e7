import LaminaCore
import LaminaOperators
import LaminaPasses
import LaminaTestSupport
import Testing

@Suite struct CleanupTests {
  @Test func computesWhatDependsOnConstantsAlone() throws {
    var sketch = GraphSketch()
    let x = sketch.input("x", [3])
    let sum = sketch.node(
      BinaryElementwise(.add),
      sketch.weights([3]),
      sketch.weights([3], seed: 2)
    )
    let y = sketch.node(BinaryElementwise(.mul), x, sum)
    let after = try expectSameOutputs(try sketch.finish(y), after: [FoldConstants()])
    #expect(after.nodes.count == 1)
  }

  @Test func computesShapeArithmetic() throws {
    var sketch = GraphSketch()
    let x = sketch.input("x", [2, 3, 4])
    let shape = sketch.node(ShapeOf(), x)
    let y = sketch.node(Reshape(), x, shape)
    let after = try expectSameOutputs(
      try sketch.finish(y),
      after: [FoldConstants(), RemoveIdentity()]
    )
    #expect(after.operatorNames == ["Reshape"])
  }

  @Test func dropsNodesThatChangeNothing() throws {
    var sketch = GraphSketch()
    let x = sketch.input("x", [2, 3])
    let a = sketch.node(Identity(), x)
    let b = sketch.node(Dropout(), a)
    let c = sketch.node(Transpose(permutation: [0, 1]), b)
    let y = sketch.node(UnaryElementwise(.relu), c)
    let after = try expectSameOutputs(try sketch.finish(y), after: [RemoveIdentity()])
    #expect(after.nodes.count == 1)
  }

  @Test func dropsWhatNobodyReads() throws {
    var sketch = GraphSketch()
    let x = sketch.input("x", [2, 3])
    let a = sketch.node(UnaryElementwise(.exp), x)
    _ = sketch.node(UnaryElementwise(.log), a)
    let y = sketch.node(UnaryElementwise(.relu), x)
    let after = try expectSameOutputs(try sketch.finish(y), after: [RemoveDeadNodes()])
    #expect(after.nodes.count == 1)
  }

  @Test func aPipelineStopsAfterSoManyEdits() throws {
    var sketch = GraphSketch()
    let x = sketch.input("x", [2, 3])
    let a = sketch.node(Identity(), x)
    let b = sketch.node(Identity(), a)
    let y = sketch.node(UnaryElementwise(.relu), b)
    let graph = try sketch.finish(y)
    let (after, log) = try PassPipeline([RemoveIdentity()]).run(on: graph, editLimit: 1)
    #expect(log.count == 1)
    #expect(after.nodes.count == 2)
  }
}
