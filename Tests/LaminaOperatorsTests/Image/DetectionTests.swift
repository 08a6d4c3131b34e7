import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

@Suite struct DetectionTests {
  /// Two unit squares that overlap by half (a third of what both cover), one far away.
  private let boxes = Tensor([1, 3, 4], [Float(0), 0, 1, 1, 0, 0.5, 1, 1.5, 5, 5, 6, 6])
  private let scores = Tensor([1, 1, 3], [Float(0.5), 0.9, 0.7])

  private func limit(_ count: Int64) -> Tensor { Tensor([1], [count]) }

  @Test func theBestOfOverlappingBoxesStays() throws {
    let op = NonMaxSuppression()
    let strict = try op.evaluate([boxes, scores, limit(9), Tensor([1], [Float(0.3)])])[0]
    expectClose(strict, Tensor([2, 3], [Int64(0), 0, 1, 0, 0, 2]))
    let loose = try op.evaluate([boxes, scores, limit(9), Tensor([1], [Float(0.34)])])[0]
    expectClose(loose, Tensor([3, 3], [Int64(0), 0, 1, 0, 0, 2, 0, 0, 0]))
  }

  @Test func limitsAndThresholdsHold() throws {
    let op = NonMaxSuppression()
    let one = try op.evaluate([boxes, scores, limit(1), Tensor([1], [Float(0.5)])])[0]
    expectClose(one, Tensor([1, 3], [Int64(0), 0, 1]))
    let good = try op.evaluate([
      boxes, scores, limit(9), Tensor([1], [Float(0.5)]), Tensor([1], [Float(0.7)]),
    ])[0]
    expectClose(good, Tensor([1, 3], [Int64(0), 0, 1]))
    #expect(try op.evaluate([boxes, scores])[0].shape == [0, 3])
    #expect(try op.evaluate([boxes, scores, limit(-1)])[0].shape == [0, 3])
    expectRefused(op, floatTypes([1, 3, 4], [1, 1, 2]))
    #expect(try op.outputTypes(for: floatTypes([1, 3, 4], [1, 1, 3]))[0].shape == [-1, 3])
  }

  @Test func boxesMayBeGivenByTheirMiddle() throws {
    let centers = Tensor([1, 2, 4], [Float(0.5), 0.5, 1, 1, 1, 0.5, 1, 1])
    let y = try NonMaxSuppression(isCenterPointBox: true).evaluate([
      centers, Tensor([1, 1, 2], [Float(0.9), 0.8]), limit(9), Tensor([1], [Float(0.3)]),
    ])[0]
    expectClose(y, Tensor([1, 3], [Int64(0), 0, 0]))
  }

  @Test func oneClassFillsOutputsOfFixedLength() throws {
    let inputs: [Tensor?] = [
      try boxes.reshaped(to: [3, 4]), try scores.reshaped(to: [3]), Tensor(scalar: Int32(4)),
      Tensor(scalar: Float(0.3)), Tensor(scalar: Float(0.1)),
    ]
    let hard = try SingleClassNonMaxSuppression().evaluate(TensorInputs(inputs))
    expectClose(hard[0], Tensor([4], [Int32(1), 2, 0, 0]))
    expectClose(hard[1], Tensor(scalar: Int32(2)))
    var soft = inputs
    soft[3] = Tensor(scalar: Float(1))
    let outputs = try SingleClassNonMaxSuppression(isSoft: true).evaluate(
      TensorInputs(soft + [Tensor(scalar: Float(0.5))])
    )
    // The overlap of 1/3 takes box 0 down to 0.5 · exp(−1/9).
    expectClose(outputs[0], Tensor([4], [Int32(1), 2, 0, 0]))
    expectClose(outputs[1], Tensor([4], [Float(0.9), 0.7, 0.4474197, 0]))
    expectClose(outputs[2], Tensor(scalar: Int32(3)))
  }

  private func detector(regular: Bool) -> DetectionPostProcess {
    DetectionPostProcess(
      maxDetections: 2,
      detectionsPerClass: 2,
      isRegular: regular,
      scoreThreshold: 0.2,
      iouThreshold: 0.3,
      classCount: 2,
      yScale: 10,
      xScale: 10,
      heightScale: 5,
      widthScale: 5
    )
  }

  /// Anchors one wide at 0.5, 1 and 5.5; the first box moves by a tenth of its height.
  @Test(arguments: [false, true])
  func detectionsAreDecodedAndPicked(regular: Bool) throws {
    var codes = [Float](repeating: 0, count: 12)
    codes[0] = 1
    let anchors = Tensor([3, 4], [Float(0.5), 0.5, 1, 1, 0.5, 0.6, 1, 1, 5.5, 5.5, 1, 1])
    let scores = Tensor([1, 3, 3], [Float(0), 0.9, 0.1, 0, 0.8, 0.15, 0, 0.3, 0.6])
    let outputs = try detector(regular: regular).evaluate([
      Tensor([1, 3, 4], codes), scores, anchors,
    ])
    expectClose(outputs[0], Tensor([1, 2, 4], [Float(0.1), 0, 1.1, 1, 5, 5, 6, 6]))
    expectClose(outputs[1], Tensor([1, 2], [Float(0), 1]))
    expectClose(outputs[2], Tensor([1, 2], [Float(0.9), 0.6]))
    expectClose(outputs[3], Tensor([1], [Float(2)]))
  }

  @Test func detectorsRefuseShapesThatDoNotFit() throws {
    let op = detector(regular: false)
    try expectShapes(
      op,
      floatTypes([1, 3, 4], [1, 3, 3], [3, 4]),
      [[1, 2, 4], [1, 2], [1, 2], [1]]
    )
    expectRefused(op, floatTypes([1, 3, 4], [1, 3, 4], [3, 4]))
    expectRefused(op, floatTypes([2, 3, 4], [1, 3, 3], [3, 4]))
    expectRefused(op, floatTypes([1, 3, 4], [1, 3, 3], [2, 4]))
  }
}
