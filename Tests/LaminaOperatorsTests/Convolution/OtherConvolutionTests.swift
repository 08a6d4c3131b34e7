import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

@Suite struct OtherConvolutionTests {
  @Test func causalConvolutionLooksBackAndKeepsTheLastPositions() throws {
    let op = CausalConvWithState()
    let w = Tensor([1, 1, 3], [Float(1), 10, 100])
    let outputs = try op.evaluate([
      Tensor([1, 1, 2], [Float(3), 4]), w, nil, Tensor([1, 1, 2], [Float(1), 2]),
    ])
    expectClose(outputs[0], Tensor([1, 1, 2], [Float(321), 432]))
    expectClose(outputs[1], Tensor([1, 1, 2], [Float(3), 4]))
    let fresh = try op.evaluate([Tensor([1, 1, 1], [Float(3)]), w])
    expectClose(fresh[1], Tensor([1, 1, 2], [Float(0), 3]))
    expectRefused(op, floatTypes([1, 2, 4], [1, 1, 3]))
  }

  @Test func causalConvolutionMayActivate() throws {
    let y = try CausalConvWithState(activatesSilu: true).evaluate([
      Tensor([1, 1, 1], [Float(1)]), Tensor([1, 1, 1], [Float(2)]),
    ])[0]
    expectClose(y, Tensor([1, 1, 1], [Float(1.7615942)]))
  }

  @Test func col2ImAddsOverlappingColumns() throws {
    // Windows of 2 over 3 positions: columns (1, 2) and (10, 20).
    let x = Tensor([1, 2, 2], [Float(1), 10, 2, 20])
    let sizes = (Tensor([1], [Int64(3)]), Tensor([1], [Int64(2)]))
    let y = try Col2Im().evaluate([x, sizes.0, sizes.1])[0]
    expectClose(y, Tensor([1, 1, 3], [Float(1), 12, 20]))
    #expect(throws: ShapeError.self) {
      try Col2Im(strides: [2]).evaluate([x, sizes.0, sizes.1])
    }
    #expect(throws: ShapeError.self) {
      try Col2Im(pads: [1]).evaluate([x, sizes.0, sizes.1])
    }
  }

  @Test func deformedConvolutionReadsBetweenPositions() throws {
    let x = counting([1, 1, 2, 2])
    let w = Tensor([1, 1, 1, 1], [Float(2)])
    let op = DeformConv(window: Window(size: [1, 1]))
    var offsets = [Float](repeating: 0, count: 8)
    offsets[0] = 0.5  // row of the first position
    offsets[4 + 3] = 0.5  // column of the last, half outside
    let y = try op.evaluate([x, w, Tensor([1, 2, 2, 2], offsets)])[0]
    expectClose(y, Tensor([1, 1, 2, 2], [Float(2), 2, 4, 3]))
    let masked = try op.evaluate([
      x, w, Tensor(zeros: .float32, [1, 2, 2, 2]), Tensor([1], [Float(1)]),
      Tensor([1, 1, 2, 2], [Float(1), 0, 0.5, 1]),
    ])[0]
    expectClose(masked, Tensor([1, 1, 2, 2], [Float(1), 1, 3, 7]))
    expectRefused(op, floatTypes([1, 1, 2, 2], [1, 1, 1, 1], [1, 1, 2, 2]))
  }
}
