import LaminaCore
import LaminaOperators
import LaminaPasses
import LaminaTestSupport
import Testing

@Suite struct FusionTests {
  private let window = Window(
    size: [3, 3],
    padding: .explicit(before: [1, 1], after: [1, 1])
  )

  @Test func foldsABatchNormIntoTheConvolutionBeforeIt() throws {
    var sketch = GraphSketch()
    let x = sketch.input("x", [1, 2, 5, 5])
    let conv = sketch.node(
      Conv(window: window),
      x,
      sketch.weights([3, 2, 3, 3]),
      sketch.weights([3], seed: 2)
    )
    let variance = sketch.constant(Tensor([3], [0.5, 1, 2] as [Float]))
    let y = sketch.node(
      BatchNorm(),
      conv,
      sketch.weights([3], seed: 3),
      sketch.weights([3], seed: 4),
      sketch.weights([3], seed: 5),
      variance
    )
    let after = try expectSameOutputs(try sketch.finish(y), after: [FoldBatchNorm()])
    #expect(after.operatorNames == ["Conv"])
    #expect(after.nodes[0].sources == [0, 1])
  }

  @Test func leavesABatchNormWhoseConvolutionHasAnotherReader() throws {
    var sketch = GraphSketch()
    let x = sketch.input("x", [1, 2, 5, 5])
    let conv = sketch.node(Conv(window: window), x, sketch.weights([3, 2, 3, 3]))
    let one = sketch.constant(Tensor([3], [1, 1, 1] as [Float]))
    let y = sketch.node(BatchNorm(), conv, one, one, one, one)
    let graph = try sketch.finish(y, conv)
    #expect(try PassPipeline([FoldBatchNorm()]).run(on: graph).log.isEmpty)
  }

  @Test(arguments: [BinaryElementwise.Function.mul, .div])
  func foldsAScaleIntoTheConvolution(function: BinaryElementwise.Function) throws {
    var sketch = GraphSketch()
    let x = sketch.input("x", [1, 2, 4, 4])
    let conv = sketch.node(
      Conv(window: window),
      x,
      sketch.weights([3, 2, 3, 3]),
      sketch.weights([3], seed: 2)
    )
    let factors = sketch.constant(Tensor([3, 1, 1], [2, -1, 0.5] as [Float]))
    let y = sketch.node(BinaryElementwise(function), conv, factors)
    let after = try expectSameOutputs(try sketch.finish(y), after: [FoldScaleIntoConv()])
    #expect(after.operatorNames == ["Conv"])
  }

  @Test func foldsASumIntoABiasThatWasNotThere() throws {
    var sketch = GraphSketch()
    let x = sketch.input("x", [1, 2, 4, 4])
    let conv = sketch.node(Conv(window: window), x, sketch.weights([3, 2, 3, 3]))
    let terms = sketch.constant(Tensor([1, 3, 1, 1], [2, -1, 0.5] as [Float]))
    let y = sketch.node(BinaryElementwise(.add), terms, conv)
    let after = try expectSameOutputs(try sketch.finish(y), after: [FoldBiasIntoConv()])
    #expect(after.operatorNames == ["Conv"])
  }

  @Test func doesNotTakeARowForChannels() throws {
    var sketch = GraphSketch()
    let x = sketch.input("x", [1, 2, 3, 3])
    let conv = sketch.node(Conv(window: window), x, sketch.weights([3, 2, 3, 3]))
    let row = sketch.constant(Tensor([3], [2, -1, 0.5] as [Float]))
    let y = sketch.node(BinaryElementwise(.add), conv, row)
    #expect(try PassPipeline([FoldBiasIntoConv()]).run(on: try sketch.finish(y)).log.isEmpty)
  }

  @Test func joinsAProductWithItsRow() throws {
    var sketch = GraphSketch()
    let x = sketch.input("x", [2, 4])
    let product = sketch.node(MatMul(), x, sketch.weights([4, 3]))
    let y = sketch.node(BinaryElementwise(.add), product, sketch.weights([1, 3], seed: 9))
    let after = try expectSameOutputs(try sketch.finish(y), after: [FuseMatMulBias()])
    #expect(after.operatorNames == ["Gemm"])
  }

  @Test(arguments: [false, true])
  func joinsAStackOfProductsWithItsRow(transposesB: Bool) throws {
    var sketch = GraphSketch()
    let x = sketch.input("x", [2, 5, 4])
    let weights = sketch.weights(transposesB ? [3, 4] : [4, 3])
    let product = sketch.node(MatMul(transposesB: transposesB), x, weights)
    let y = sketch.node(BinaryElementwise(.add), sketch.weights([3], seed: 9), product)
    let after = try expectSameOutputs(try sketch.finish(y), after: [FuseMatMulBias()])
    #expect(after.operatorNames == ["MatMul"])
  }

  @Test func leavesAStackOfProductsWithSeveralRows() throws {
    var sketch = GraphSketch()
    let x = sketch.input("x", [2, 5, 4])
    let product = sketch.node(MatMul(), x, sketch.weights([4, 3]))
    let y = sketch.node(BinaryElementwise(.add), product, sketch.weights([5, 3], seed: 9))
    #expect(try PassPipeline([FuseMatMulBias()]).run(on: try sketch.finish(y)).log.isEmpty)
  }

  /// As PyTorch and as TensorFlow write it.
  @Test(arguments: [true, false])
  func recognisesGelu(dividesFirst: Bool) throws {
    var sketch = GraphSketch()
    let x = sketch.input("x", [64])
    let root = Float(2).squareRoot()
    let scale = sketch.constant(Tensor(scalar: dividesFirst ? root : 1 / root))
    let half = sketch.constant(Tensor(scalar: Float(0.5)))
    let one = sketch.constant(Tensor(scalar: Float(1)))
    let scaled = sketch.node(BinaryElementwise(dividesFirst ? .div : .mul), x, scale)
    let erf = sketch.node(UnaryElementwise(.erf), scaled)
    let gate = sketch.node(BinaryElementwise(.add), one, erf)
    let first = sketch.node(BinaryElementwise(.mul), x, dividesFirst ? gate : half)
    let y = sketch.node(BinaryElementwise(.mul), first, dividesFirst ? half : gate)
    let after = try expectSameOutputs(try sketch.finish(y), after: [FuseGelu()])
    #expect(after.nodes.map(\.op.displayName) == ["Gelu"])
  }

  @Test func leavesWhatIsNearlyGelu() throws {
    var sketch = GraphSketch()
    let x = sketch.input("x", [64])
    let half = sketch.constant(Tensor(scalar: Float(0.5)))
    let one = sketch.constant(Tensor(scalar: Float(1)))
    let scaled = sketch.node(BinaryElementwise(.mul), x, half)
    let erf = sketch.node(UnaryElementwise(.erf), scaled)
    let gate = sketch.node(BinaryElementwise(.add), erf, one)
    let first = sketch.node(BinaryElementwise(.mul), x, gate)
    let y = sketch.node(BinaryElementwise(.mul), first, half)
    #expect(try PassPipeline([FuseGelu()]).run(on: try sketch.finish(y)).log.isEmpty)
  }

  @Test func letsAConvolutionApplyItsActivation() throws {
    var sketch = GraphSketch()
    let x = sketch.input("x", [1, 2, 4, 4])
    let conv = sketch.node(Conv(window: window), x, sketch.weights([3, 2, 3, 3]))
    let low = sketch.constant(Tensor(scalar: Float(-0.25)))
    let high = sketch.constant(Tensor(scalar: Float(0.5)))
    let y = sketch.node(Clip(), conv, low, high)
    let after = try expectSameOutputs(try sketch.finish(y), after: [FuseActivation()])
    #expect(after.nodes.map(\.activation) == [.clip(low: -0.25, high: 0.5)])
  }

  @Test func recognisesSiluAndHardSwish() throws {
    var sketch = GraphSketch()
    let x = sketch.input("x", [8])
    let gate = sketch.node(UnaryElementwise(.sigmoid), x)
    let silu = sketch.node(BinaryElementwise(.mul), x, gate)
    let hard = sketch.node(UnaryElementwise(.hardSigmoid(alpha: 1 / 6.0, beta: 0.5)), silu)
    let y = sketch.node(BinaryElementwise(.mul), hard, silu)
    let after = try expectSameOutputs(try sketch.finish(y), after: [FuseSilu()])
    #expect(after.nodes.count == 2)
  }

  @Test func letsAConvolutionPad() throws {
    var sketch = GraphSketch()
    let x = sketch.input("x", [1, 2, 4, 5])
    let pads = sketch.constant(Tensor([8], [0, 0, 1, 0, 0, 0, 2, 1] as [Int64]))
    let padded = sketch.node(Pad(mode: .constant), x, pads)
    let y = sketch.node(Conv(window: window), padded, sketch.weights([3, 2, 3, 3]))
    let after = try expectSameOutputs(try sketch.finish(y), after: [FusePadding()])
    #expect(after.operatorNames == ["Conv"])
  }
}
