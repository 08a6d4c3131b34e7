import LaminaCore
import LaminaOperators
import LaminaPasses
import LaminaTestSupport
import Testing

@Suite struct QuantizationPassTests {
  private let passes: [any RewritePass] = [
    FuseQLinear(), MoveQuantizedElements(), FuseActivation(), FuseQuantizedRegion(),
    FoldConstants(), RemoveDeadNodes(),
  ]

  /// Q → DQ around each tensor, as exporters write it.
  private func quantizedNet(_ sketch: inout GraphSketch) throws -> Graph {
    let x = sketch.input("x", [1, 2, 4, 4])
    let scale = sketch.constant(Tensor(scalar: Float(0.02)))
    let zero = sketch.constant(Tensor(scalar: UInt8(128)))
    let real = sketch.node(
      DequantizeLinear(),
      sketch.node(QuantizeLinear(), x, scale, zero),
      scale,
      zero
    )
    let codes = sketch.constant(
      Tensor([3, 2, 3, 3], (0..<54).map { Int8(truncatingIfNeeded: $0 * 37) })
    )
    let scales = sketch.constant(Tensor([3], [0.01, 0.02, 0.005] as [Float]))
    let zeros = sketch.constant(Tensor([3], [0, 0, 0] as [Int8]))
    let weights = sketch.node(DequantizeLinear(axis: 0), codes, scales, zeros)
    let conv = sketch.node(Conv(window: Window(size: [3, 3])), real, weights)
    let relu = sketch.node(UnaryElementwise(.relu), conv)
    let outScale = sketch.constant(Tensor(scalar: Float(0.05)))
    let outZero = sketch.constant(Tensor(scalar: UInt8(0)))
    let stored = sketch.node(QuantizeLinear(), relu, outScale, outZero)
    let pooled = sketch.node(
      MaxPool(window: Window(size: [2, 2]), layout: .channelsFirst),
      stored
    )
    return try sketch.finish(sketch.node(DequantizeLinear(), pooled, outScale, outZero))
  }

  @Test func aRegionBetweenQuantizersWorksOnCodes() throws {
    var sketch = GraphSketch()
    // One quantum of the output is 0.05.
    let after = try expectSameOutputs(try quantizedNet(&sketch), after: passes, within: 0.0501)
    #expect(after.operatorNames == ["Requantize", "Conv", "MaxPool", "Requantize"])
    let conv = try #require(after.nodes.first { $0.op is Conv })
    #expect(after[try #require(conv.inputs[0])].tensorType.isQuantized)
    #expect(after[try #require(conv.inputs[1])].tensorType.quantization?.scales.count == 3)
    #expect(conv.activation == .relu)
  }

  @Test func aQuantizedModelCanComputeInFloat() throws {
    var sketch = GraphSketch()
    let graph = try quantizedNet(&sketch)
    let (after, _) = try PassPipeline.float.run(on: graph)
    for node in after.nodes where node.op is Conv {
      #expect(!node.inputs.contains { $0.map { after[$0].tensorType.isQuantized } ?? false })
    }
    let x = Datum.tensor(.noise([1, 2, 4, 4], seed: 3))
    let before = try graph.evaluate([x])[0].tensor
    expectClose(try after.evaluate([x])[0].tensor, before, within: 0.1)
  }

  @Test func whatCodesCannotHoldIsCutOffInFloatToo() throws {
    var sketch = GraphSketch()
    let scale = sketch.constant(Tensor(scalar: Float(0.02)))
    let zero = sketch.constant(Tensor(scalar: UInt8(0)))
    let x = sketch.input("x", [1, 1, 1, 4])
    let real = sketch.node(
      DequantizeLinear(),
      sketch.node(QuantizeLinear(), x, scale, zero),
      scale,
      zero
    )
    // Three times the input: the codes of the result end at 5.1, and begin at 0.
    let codes = sketch.constant(Tensor([1, 1, 1, 1], [3 as Int8]))
    let one = sketch.constant(Tensor(scalar: Float(1)))
    let none = sketch.constant(Tensor(scalar: Int8(0)))
    let conv = sketch.node(
      Conv(window: Window(size: [1, 1])),
      real,
      sketch.node(DequantizeLinear(), codes, one, none)
    )
    let stored = sketch.node(QuantizeLinear(), conv, scale, zero)
    let graph = try sketch.finish(sketch.node(DequantizeLinear(), stored, scale, zero))
    let (integer, _) = try PassPipeline(passes).run(on: graph)
    let (float, _) = try PassPipeline.float.run(on: integer)
    let result = try float.evaluate([.tensor(Tensor([1, 1, 1, 4], [0, 1, 2, 5] as [Float]))])
    let found = try result[0].tensor.floats()
    for (value, expected) in zip(found, [0, 3, 5.1, 5.1] as [Float]) {
      #expect(abs(value - expected) < 1e-5)
    }
  }

  @Test func qLinearConvBecomesAConvolutionOnCodes() throws {
    var sketch = GraphSketch()
    let x = sketch.input("x", [1, 1, 3, 3], .uint8)
    func scalar(_ value: Float) -> ValueID { sketch.constant(Tensor(scalar: value)) }
    let zero = sketch.constant(Tensor(scalar: UInt8(10)))
    let weights = sketch.constant(Tensor([1, 1, 1, 1], [3 as Int8]))
    let none = sketch.constant(Tensor(scalar: Int8(0)))
    let bias = sketch.constant(Tensor([1], [7 as Int32]))
    let y = sketch.node(
      QLinearConv(window: Window(size: [1, 1])),
      x,
      scalar(0.5),
      zero,
      weights,
      scalar(0.25),
      none,
      scalar(0.5),
      zero,
      bias
    )
    let input = Tensor([1, 1, 3, 3], [0, 10, 12, 20, 30, 40, 100, 200, 255] as [UInt8])
    let after = try expectSameOutputs(
      try sketch.finish(y),
      after: passes,
      within: 1,
      inputs: [input]
    )
    #expect(after.operatorNames.contains("Conv"))
  }
}
