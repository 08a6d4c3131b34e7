import Foundation
import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

@Suite struct SignalTests {
  /// 1, 2, 3: sums 6, −1.5 ± 0.866i.
  @Test func dftSumsTurns() throws {
    let x = Tensor([1, 3, 1], [Float(1), 2, 3])
    let y = try DFT(axis: 1).evaluate([x])[0]
    let h = Float(3).squareRoot() / 2
    expectClose(y, Tensor([1, 3, 2], [Float(6), 0, -1.5, h, -1.5, -h]))
    let half = try DFT(isOneSided: true, axis: 1).evaluate([x])[0]
    expectClose(half, Tensor([1, 2, 2], [Float(6), 0, -1.5, h]))
    expectClose(
      try DFT(isInverse: true, axis: 1).evaluate([y])[0],
      Tensor([1, 3, 2], [Float(1), 0, 2, 0, 3, 0])
    )
    let back = try DFT(isInverse: true, isOneSided: true, axis: 1).evaluate([
      half, Tensor(scalar: Int64(3)),
    ])[0]
    expectClose(back, Tensor([1, 3, 1], [Float(1), 2, 3]))
  }

  @Test func dftCutsFillsAndTurnsTheAxisGiven() throws {
    let x = Tensor([2, 1, 1], [Float(1), 3])
    let y = try DFT(axis: 1).evaluate([x, Tensor(scalar: Int64(4)), Tensor(scalar: Int64(0))])[0]
    expectClose(y, Tensor([4, 1, 2], [Float(4), 0, 1, -3, -2, 0, 1, 3]))
    let cut = try DFT(axis: 0).evaluate([x, Tensor(scalar: Int64(1))])[0]
    expectClose(cut, Tensor([1, 1, 2], [Float(1), 0]))
    expectRefused(DFT(axis: 2), floatTypes([2, 1, 1]))
    expectRefused(DFT(axis: 0), floatTypes([2, 1, 3]))
    #expect(throws: ShapeError.self) { try DFT(axis: 0).evaluate([x, Tensor(scalar: Int64(0))]) }
  }

  @Test func stftTurnsEveryFrame() throws {
    let x = Tensor([1, 4, 1], [Float(1), 2, 3, 4])
    let step = Tensor(scalar: Int64(2))
    let window = Tensor([2], [Float(1), 10])
    let y = try STFT().evaluate([x, step, window])[0]
    expectClose(y, Tensor([1, 2, 2, 2], [Float(21), 0, -19, 0, 43, 0, -37, 0]))
    let whole = try STFT(isOneSided: false).evaluate([x, step, nil, Tensor(scalar: Int64(4))])[0]
    #expect(whole.shape == [1, 1, 4, 2])
    #expect(throws: ShapeError.self) { try STFT().evaluate([x, Tensor(scalar: Int64(0)), window]) }
    #expect(throws: ShapeError.self) {
      try STFT().evaluate([x, step, nil, Tensor(scalar: Int64(5))])
    }
  }

  @Test(arguments: [
    (WindowFunction.Kind.hann, [0, 0.5, 1, 0.5] as [Float]),
    (.hamming, [4.0 / 46, 25.0 / 46, 1, 25.0 / 46]), (.blackman, [0, 0.34, 1, 0.34]),
  ])
  func windowsRiseAndFall(kind: WindowFunction.Kind, expected: [Float]) throws {
    let y = try WindowFunction(kind).evaluate([Tensor(scalar: Int64(4))])[0]
    expectClose(y, Tensor([4], expected))
    let symmetric = try WindowFunction(kind, isPeriodic: false, outputType: .float64)
      .evaluate([Tensor(scalar: Int32(5))])[0]
    expectClose(try symmetric.cast(to: .float32), Tensor([5], expected + [expected[0]]))
    #expect(throws: ShapeError.self) {
      try WindowFunction(kind).evaluate([Tensor(scalar: Int64(-1))])
    }
  }

  @Test func melBandsRiseAndFall() throws {
    func inputs(_ high: Float) -> TensorInputs {
      [
        Tensor(scalar: Int64(2)), Tensor(scalar: Int64(16)), Tensor(scalar: Int64(8192)),
        Tensor(scalar: Float(0)), Tensor(scalar: high),
      ]
    }
    let y = try MelWeightMatrix().evaluate(inputs(4096))[0]
    // Edges at 0, 432.5, 1132.3 and 2264.4 hertz lie at places 0, 0, 2 and 4.
    var expected = [Float](repeating: 0, count: 18)
    expected[0] = 1
    expected[2] = 0.5
    expected[3] = 0.5
    expected[5] = 1
    expected[7] = 0.5
    #expect(y.shape == [9, 2])
    expectClose(y, Tensor([9, 2], expected))
    #expect(throws: ShapeError.self) { try MelWeightMatrix().evaluate(inputs(1e9)) }
  }

  @Test func rfft2dTurnsRowsThenColumns() throws {
    let x = Tensor([2, 2], [Float(1), 2, 3, 5])
    let y = try RFFT2D().evaluate([x, Tensor([2], [Int32(2), 2])])[0]
    #expect(y.dtype == .complex64)
    let values = y.withBytes { Array($0.bindMemory(to: Float.self)) }
    expectClose(
      Tensor([values.count], values),
      Tensor([8], [Float(11), 0, -3, 0, -5, 0, 1, 0])
    )
    #expect(throws: ShapeError.self) { try RFFT2D().evaluate([x, Tensor([1], [Int32(2)])]) }
  }
}
