import LaminaCore
import LaminaOperators
import LaminaPasses
import LaminaTestSupport
import Testing

@Suite struct LayoutTests {
  private let window = Window(
    size: [3, 3],
    padding: .explicit(before: [1, 1], after: [1, 1])
  )
  private let passes: [any RewritePass] = [
    UseChannelsLast(), SinkTranspose(), CancelTranspose(), TransposeToReshape(),
    RemoveIdentity(), FoldConstants(), RemoveDeadNodes(),
  ]

  private func transposeCount(_ graph: Graph) -> Int {
    graph.nodes.count { $0.op is Transpose }
  }

  @Test func transposesBetweenConvolutionsVanish() throws {
    var sketch = GraphSketch()
    let x = sketch.input("x", [1, 2, 6, 5])
    let a = sketch.node(Conv(window: window), x, sketch.weights([4, 2, 3, 3]))
    let relu = sketch.node(UnaryElementwise(.relu), a)
    let b = sketch.node(Conv(window: window), relu, sketch.weights([4, 4, 3, 3], seed: 2))
    let sum = sketch.node(BinaryElementwise(.add), b, relu)
    let y = sketch.node(GlobalPool(.average, layout: .channelsFirst), sum)
    let after = try expectSameOutputs(try sketch.finish(y), after: passes)
    // One on the way in; the one behind the pool moves nothing.
    #expect(transposeCount(after) == 1)
  }

  @Test func joinsAndConstantsFollowTheAxes() throws {
    var sketch = GraphSketch()
    let x = sketch.input("x", [1, 2, 4, 3])
    let a = sketch.node(Conv(window: window), x, sketch.weights([3, 2, 3, 3]))
    let b = sketch.node(MaxPool(window: window, layout: .channelsFirst), a)
    let joined = sketch.node(Concat(axis: 1), a, b)
    let slope = sketch.constant(.noise([6, 1, 1], seed: 3))
    let bent = sketch.node(PRelu(), joined, slope)
    let scaled = sketch.node(BinaryElementwise(.mul), bent, sketch.weights([1, 6, 1, 1], seed: 4))
    let soft = sketch.node(Softmax(axis: 1), scaled)
    let mean = sketch.node(Reduce(.mean, axes: [2, 3], keepsDimensions: true), soft)
    let after = try expectSameOutputs(try sketch.finish(mean, scaled), after: passes)
    #expect(transposeCount(after) == 2)
  }

  @Test func splitsPadsAndResizesFollowTheAxes() throws {
    var sketch = GraphSketch()
    let x = sketch.input("x", [1, 2, 4, 4])
    let a = sketch.node(Conv(window: window), x, sketch.weights([4, 2, 3, 3]))
    let pads = sketch.constant(Tensor([8], [0, 1, 2, 0, 0, 0, 0, 1] as [Int64]))
    let padded = sketch.node(Pad(mode: .constant), a, pads)
    let scales = sketch.constant(Tensor([4], [1, 1, 2, 2] as [Float]))
    let large = sketch.node(Resize(), padded, nil, scales)
    let y = sketch.node(UnaryElementwise(.relu), large)
    let after = try expectSameOutputs(try sketch.finish(y), after: passes)
    #expect(transposeCount(after) == 2)
  }

  @Test func aTransposeOfTwoAxesOfOneIsAReshape() throws {
    var sketch = GraphSketch()
    let x = sketch.input("x", [1, 1, 1, 5])
    let y = sketch.node(Transpose(permutation: [0, 3, 1, 2]), x)
    let after = try expectSameOutputs(try sketch.finish(y), after: [TransposeToReshape()])
    #expect(after.operatorNames == ["Reshape"])
  }

  @Test func twoTransposesBecomeOne() throws {
    var sketch = GraphSketch()
    let x = sketch.input("x", [2, 3, 4])
    let a = sketch.node(Transpose(permutation: [1, 2, 0]), x)
    let y = sketch.node(Transpose(permutation: [1, 2, 0]), a)
    let after = try expectSameOutputs(
      try sketch.finish(y),
      after: [CancelTranspose(), RemoveDeadNodes()]
    )
    #expect(after.operatorNames == ["Transpose"])
  }

  @Test func aTransposeOfUnknownRankStays() throws {
    var sketch = GraphSketch()
    let x = sketch.input("x", .unranked)
    let graph = try sketch.finish(sketch.node(Transpose(), x))
    let log = try PassPipeline([RemoveIdentity(), TransposeToReshape()]).run(on: graph).log
    #expect(log.isEmpty)
  }
}
