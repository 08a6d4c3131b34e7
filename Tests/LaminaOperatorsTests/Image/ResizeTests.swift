import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

@Suite struct ResizeTests {
  private let line = Tensor([4], [Float(1), 2, 3, 4])

  private func sizes(_ values: Int64...) -> Tensor { Tensor([values.count], values) }

  @Test(arguments: [
    (Resize.Coordinates.halfPixel, [1, 1.25, 1.75, 2.25, 2.75, 3.25, 3.75, 4] as [Float]),
    (.asymmetric, [1, 1.5, 2, 2.5, 3, 3.5, 4, 4]),
    (.alignCorners, [1, 1.428571, 1.857143, 2.285714, 2.714286, 3.142857, 3.571429, 4]),
    (.pytorchHalfPixel, [1, 1.25, 1.75, 2.25, 2.75, 3.25, 3.75, 4]),
    (.halfPixelSymmetric, [1, 1.25, 1.75, 2.25, 2.75, 3.25, 3.75, 4]),
  ])
  func positionsFollowTheirRule(coordinates: Resize.Coordinates, expected: [Float]) throws {
    let op = Resize(mode: .linear, coordinates: coordinates)
    let y = try op.evaluate([line, nil, nil, sizes(8)])[0]
    expectClose(y, Tensor([8], expected))
  }

  @Test(arguments: [
    (Resize.Rounding.floor, [1, 2, 4] as [Float]), (.ceil, [1, 3, 4]),
    (.roundPreferFloor, [1, 2, 4]), (.roundPreferCeil, [1, 3, 4]),
  ])
  func theNearestPositionFollowsItsRounding(rounding: Resize.Rounding, expected: [Float]) throws {
    let op = Resize(coordinates: .alignCorners, rounding: rounding)
    expectClose(try op.evaluate([line, nil, nil, sizes(3)])[0], Tensor([3], expected))
  }

  @Test func cubicKernelsReachTwoPositions() throws {
    let op = Resize(mode: .cubic, coordinates: .asymmetric)
    let y = try op.evaluate([line, nil, Tensor([1], [Float(2)])])[0]
    // Between 2 and 3 the kernel's weights are −3/32, 19/32, 19/32, −3/32.
    #expect(try y.floats()[2] == 2)
    expectClose(try y.floats()[3], 2.5)
    expectClose(try y.floats()[1], -3.0 / 32 + 19.0 / 32 + 2 * 19.0 / 32 - 3 * 3.0 / 32)
    let inside = Resize(mode: .cubic, coordinates: .asymmetric, excludesOutside: true)
    let z = try inside.evaluate([line, nil, Tensor([1], [Float(2)])])[0]
    expectClose(try z.floats()[1], (19.0 + 2 * 19 - 3 * 3) / (19 + 19 - 3))
  }

  private func expectClose(_ a: Float, _ b: Double) { #expect(abs(Double(a) - b) < 1e-5) }
  private func expectClose(_ a: Tensor, _ b: Tensor) {
    LaminaTestSupport.expectClose(a, b)
  }

  @Test func antialiasingWidensTheKernel() throws {
    let op = Resize(mode: .linear, antialiases: true)
    let y = try op.evaluate([line, nil, nil, sizes(2)])[0]
    // Weights 1, 3, 3, 1 around 0.5: the first place sees its border twice.
    expectClose(y, Tensor([2], [Float(1.625), 3.375]))
  }

  @Test func croppingTakesARegionAndFillsOutside() throws {
    let op = Resize(mode: .linear, coordinates: .cropAndResize, extrapolationValue: 9)
    let region = Tensor([2], [Float(0.25), 1.25])
    let y = try op.evaluate([counting([5], from: 1), region, nil, sizes(5)])[0]
    expectClose(y, Tensor([5], [Float(2), 3, 4, 5, 9]))
  }

  @Test(arguments: [
    (Resize.Aspect.stretch, Shape([6, 4])), (.notLarger, Shape([4, 4])),
    (.notSmaller, Shape([6, 6])),
  ])
  func aspectsKeepOrStretch(aspect: Resize.Aspect, shape: Shape) throws {
    let op = Resize(axes: [0, 1], aspect: aspect)
    let y = try op.evaluate([Tensor(zeros: .float32, [2, 2]), nil, nil, sizes(6, 4)])[0]
    #expect(y.shape == shape)
  }

  @Test func scalesCutLengthsAndIntegersAreRounded() throws {
    let op = Resize(mode: .linear, axes: [-1])
    let y = try op.evaluate([Tensor([1, 3], [Int32(0), 5, 10]), nil, Tensor([1], [Float(0.7)])])[0]
    #expect(y.shape == [1, 2])
    #expect(y.dtype == .int32)
    let x = try Tensor(zeros: .float32, [1, 3])
    for scale in [Float.nan, -1, .infinity, 1e30] {
      #expect(throws: ShapeError.self) { try op.evaluate([x, nil, Tensor([1], [scale])]) }
    }
    #expect(throws: ShapeError.self) { try op.evaluate([x]) }
    #expect(throws: ShapeError.self) { try op.evaluate([x, nil, nil, sizes(2, 2)]) }
  }

  @Test func lengthsAreUnknownUntilTheContentsAre() throws {
    let sizes = TensorType(.int64, [1])
    let types = try Resize(axes: [1]).outputTypes(
      for: [TensorType(.float32, [2, 3]), nil, nil, sizes])
    #expect(types[0].shape == [2, Shape.unknown])
  }

  @Test func upsampleRepeats() throws {
    let x = Tensor([1, 2], [Float(1), 2])
    expectClose(
      try Upsample(scales: [2, 2]).evaluate([x])[0],
      Tensor([2, 4], [Float(1), 1, 2, 2, 1, 1, 2, 2])
    )
    let linear = try Upsample(mode: .linear).evaluate([x, Tensor([2], [Float(1), 2])])[0]
    expectClose(linear, Tensor([1, 4], [Float(1), 1.5, 2, 2]))
  }

  /// As TensorFlow Lite does it for [1, 2, 3] to 5 positions.
  @Test(arguments: [
    (false, false, [1, 1.6, 2.2, 2.8, 3] as [Float]), (true, false, [1, 1.5, 2, 2.5, 3]),
    (false, true, [1, 1.4, 2, 2.6, 3]),
  ])
  func resizeBilinearHasThreeRules(align: Bool, half: Bool, expected: [Float]) throws {
    let op = ResizeBilinear(alignsCorners: align, halfPixelCenters: half)
    let x = Tensor([1, 1, 3, 1], [Float(1), 2, 3])
    let y = try op.evaluate([x, Tensor([2], [Int32(1), 5])])[0]
    expectClose(y, Tensor([1, 1, 5, 1], expected))
    #expect(throws: ShapeError.self) { try op.evaluate([x, Tensor([2], [Int32(0), 5])]) }
    #expect(throws: ShapeError.self) { try op.evaluate([x, Tensor([1], [Int32(5)])]) }
  }

  @Test(arguments: [
    (false, false, [1, 1, 2, 2, 3] as [Int8]), (true, false, [1, 2, 2, 3, 3]),
    (false, true, [1, 1, 2, 3, 3]),
  ])
  func resizeNearestHasThreeRules(align: Bool, half: Bool, expected: [Int8]) throws {
    let op = ResizeNearestNeighbor(alignsCorners: align, halfPixelCenters: half)
    let x = Tensor([1, 1, 3, 1], [Int8(1), 2, 3])
    let y = try op.evaluate([x, Tensor([2], [Int32(1), 5])])[0]
    expectClose(y, Tensor([1, 1, 5, 1], expected))
  }
}
