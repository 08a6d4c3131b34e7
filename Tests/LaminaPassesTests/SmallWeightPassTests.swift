import LaminaCore
import LaminaOperators
import LaminaPasses
import LaminaTestSupport
import Testing

@Suite struct SmallWeightPassTests {
  @Test func productsReadWeightsOfFewerBits() throws {
    let bounds: [(StoreWeightsSmall.Store, Double)] = [
      (.float16, 0.002), (.int8, 0.03), (.int4, 0.4),
    ]
    for (store, bound) in bounds {
      var sketch = GraphSketch()
      let x = sketch.input("x", [1, 64, 6, 6])
      let conv = sketch.node(
        Conv(window: Window(size: [3, 3]), groups: 2),
        x,
        sketch.weights([10, 32, 3, 3]),
        sketch.weights([10]),
        activation: .relu
      )
      let flat = sketch.node(Flatten(axis: 1), conv)
      let gemm = sketch.node(Gemm(transposesB: true), flat, sketch.weights([50, 160]))
      let full = sketch.node(FullyConnected(), gemm, sketch.weights([7, 50]))
      let graph = try sketch.finish(sketch.node(MatMul(), full, sketch.weights([7, 40])))
      let after = try expectSameOutputs(
        graph,
        after: [StoreWeightsSmall(store)],
        within: bound * largestOutput(of: graph)
      )
      #expect(after.operatorNames == graph.operatorNames)
      let types = after.nodes.filter { !($0.op is Flatten) }.map { weights($0, after).dtype }
      let last: DataType = store == .int4 ? .int8 : types[0]
      #expect(types[0].name == store.rawValue)
      #expect(types == [types[0], types[0], types[0], last])
    }
  }

  @Test func codesOfEightBitsHaveAScaleForEachOutput() throws {
    let weights = Tensor([2, 3], [Float(0.5), -1.984375, 0.25, 0, 0, 0])
    let stored = try stored(weights, .int8)
    #expect(try stored.ints() == [32, -127, 16, 0, 0, 0])
    #expect(stored.quantization?.axis == 0)
    #expect(stored.quantization?.scales == [0.015625, 1])
  }

  @Test func codesOfFourBitsHaveAScaleForEachBlock() throws {
    var numbers = [Float](repeating: 0, count: 34)
    numbers[0...3] = [-8, 7.9, 3.4, -0.6]
    numbers[32...33] = [16, -13]
    let stored = try stored(Tensor([1, 34], numbers), .int4)
    let codes = try stored.ints()
    #expect(Array(codes[0...3]) == [-8, 7, 3, -1])
    // −13 is 6.5 steps, and a tie goes to the even code.
    #expect(Array(codes[32...33]) == [-8, 6])
    #expect(stored.quantization?.blocks == Quantization.Blocks(axis: 1, length: 32))
    #expect(stored.quantization?.scales == [1, -2])
    #expect(try Array(stored.dequantized().floats()[30...33]) == [0, 0, 16, -12])
  }

  @Test func weightsThatDoNotFitStayAsTheyAre() throws {
    let cases: [(StoreWeightsSmall.Store, Float)] = [
      (.float16, 70000), (.int8, .infinity), (.int4, -.infinity), (.int4, .nan),
    ]
    for (store, number) in cases {
      let graph = try product(Tensor([1, 40], [Float](repeating: 1, count: 39) + [number]))
      #expect(try PassPipeline([StoreWeightsSmall(store)]).run(on: graph).log.isEmpty)
    }
    var sketch = GraphSketch()
    let x = sketch.input("x", [1, 4, 6, 6])
    let depthwise = Conv(window: Window(size: [3, 3]), groups: 4)
    let graph = try sketch.finish(sketch.node(depthwise, x, sketch.weights([4, 1, 3, 3])))
    #expect(try PassPipeline([StoreWeightsSmall(.int8)]).run(on: graph).log.isEmpty)
  }

  private func product(_ weights: Tensor) throws -> Graph {
    var sketch = GraphSketch()
    let x = sketch.input("x", [1, weights.shape[1]])
    return try sketch.finish(sketch.node(FullyConnected(), x, sketch.constant(weights)))
  }

  private func stored(_ weights: Tensor, _ store: StoreWeightsSmall.Store) throws -> Tensor {
    let after = try PassPipeline([StoreWeightsSmall(store)]).run(on: product(weights)).graph
    return try #require(after.constant(after.nodes[0].inputs[1]))
  }

  private func weights(_ node: Node, _ graph: Graph) -> TensorType {
    node.inputs[1].map { graph[$0].tensorType } ?? TensorType(.float32, .unranked)
  }

  /// The size of the largest output for the inputs that both graphs get.
  private func largestOutput(of graph: Graph) throws -> Double {
    let x = Tensor.noise(graph[graph.inputs[0]].tensorType.shape, seed: 7)
    let y = try graph.evaluate([.tensor(x)])[0].tensor.doubles()
    return y.reduce(0) { max($0, abs($1)) }
  }
}
