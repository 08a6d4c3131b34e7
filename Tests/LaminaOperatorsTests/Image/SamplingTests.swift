import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

@Suite struct SamplingTests {
  private let line = Tensor([1, 1, 4], [Float(1), 2, 3, 4])

  /// Places −1, 1.5 and 4 of four positions, where corners align.
  @Test(arguments: [
    (GridSample.Mode.linear, GridSample.Padding.zeros, [0, 2.5, 0] as [Float]),
    (.linear, .border, [1, 2.5, 4]), (.linear, .reflection, [2, 2.5, 3]),
    (.nearest, .zeros, [0, 3, 0]), (.nearest, .border, [1, 3, 4]),
    (.cubic, .border, [1, 2.5, 4]),
  ])
  func gridsNamePlaces(
    mode: GridSample.Mode,
    padding: GridSample.Padding,
    expected: [Float]
  ) throws {
    let op = GridSample(mode: mode, padding: padding, alignsCorners: true)
    let grid = Tensor([1, 3, 1], [Float(-5.0 / 3), 0, 5.0 / 3])
    expectClose(try op.evaluate([line, grid])[0], Tensor([1, 1, 3], expected))
  }

  @Test func everyChannelOfEachImageIsMixedFromFourNeighbours() throws {
    var numbers = SeededNumbers(seed: 23)
    let values = (0..<2 * 3 * 4 * 5).map { _ in Float.random(in: -1...1, using: &numbers) }
    let grid = (0..<2 * 6 * 2).map { _ in Float.random(in: -1.3...1.3, using: &numbers) }
    let inputs: TensorInputs = [Tensor([2, 3, 4, 5], values), Tensor([2, 1, 6, 2], grid)]
    let y = try GridSample(alignsCorners: true).evaluate(inputs)[0].floats()
    for n in 0..<2 {
      for place in 0..<6 {
        let at = (n * 6 + place) * 2
        let (u, v) = ((Double(grid[at]) + 1) / 2 * 4, (Double(grid[at + 1]) + 1) / 2 * 3)
        for c in 0..<3 {
          var expected = 0.0
          for row in 0..<4 {
            for column in 0..<5 {
              let weight = max(0, 1 - abs(v - Double(row))) * max(0, 1 - abs(u - Double(column)))
              expected += weight * Double(values[((n * 3 + c) * 4 + row) * 5 + column])
            }
          }
          #expect(abs(Double(y[(n * 3 + c) * 6 + place]) - expected) < 1e-5)
        }
      }
    }
  }

  @Test func withoutAlignedCornersBordersAreHalfAPositionOut() throws {
    let y = try GridSample().evaluate([line, Tensor([1, 2, 1], [Float(-1), -0.75])])[0]
    expectClose(y, Tensor([1, 1, 2], [Float(0.5), 1]))
  }

  @Test func theLastAxisOfAGridIsTheFirstOfItsVectors() throws {
    let x = counting([1, 1, 2, 3])
    let grid = Tensor([1, 1, 1, 2], [Float(1), -1])
    let y = try GridSample(alignsCorners: true).evaluate([x, grid])[0]
    expectClose(y, Tensor([1, 1, 1, 1], [Float(2)]))
  }

  @Test func placesThatAreNoNumbersDoNoHarm() throws {
    let grid = Tensor([1, 3, 1], [Float.nan, .infinity, -1e30])
    let y = try GridSample().evaluate([line, grid])[0]
    expectClose(y, Tensor([1, 1, 3], [Float(0), 0, 0]))
    expectRefused(GridSample(), floatTypes([1, 1, 4], [1, 3, 2]))
    expectRefused(GridSample(), floatTypes([1, 1, 4], [2, 3, 1]))
  }

  @Test func affineGridsMapPositions() throws {
    let theta = Tensor([1, 2, 3], [Float(2), 0, 0, 0, 1, 0.5])
    let size = Tensor([4], [Int64(1), 1, 1, 2])
    let y = try AffineGrid().evaluate([theta, size])[0]
    expectClose(y, Tensor([1, 1, 2, 2], [Float(-1), 0.5, 1, 0.5]))
    let aligned = try AffineGrid(alignsCorners: true).evaluate([theta, size])[0]
    expectClose(aligned, Tensor([1, 1, 2, 2], [Float(-2), -0.5, 2, -0.5]))
    #expect(throws: ShapeError.self) {
      try AffineGrid().evaluate([theta, Tensor([3], [Int64(1), 1, 2])])
    }
  }

  @Test func roiAlignSamplesBins() throws {
    let x = counting([1, 1, 4, 4])
    let op = RoiAlign(outputHeight: 1, outputWidth: 2, samplingRatio: 1)
    let inputs: TensorInputs = [x, Tensor([1, 4], [Float(0), 0, 4, 4]), Tensor([1], [Int64(0)])]
    // Middles of the bins: row 1.5, columns 0.5 and 2.5.
    expectClose(try op.evaluate(inputs)[0], Tensor([1, 1, 1, 2], [Float(6.5), 8.5]))
    let maximum = try RoiAlign(takesMaximum: true, samplingRatio: 1, isHalfPixel: false)
      .evaluate([x, Tensor([1, 4], [Float(1), 1, 2, 2]), Tensor([1], [Int64(0)])])[0]
    // At 1.5, 1.5 every neighbour weighs a quarter; the largest is 10.
    expectClose(maximum, Tensor([1, 1, 1, 1], [Float(2.5)]))
    #expect(throws: ShapeError.self) {
      try op.evaluate([x, Tensor([1, 4], [Float(0), 0, 4, 4]), Tensor([1], [Int64(1)])])
    }
    #expect(throws: ShapeError.self) {
      try RoiAlign().evaluate([x, Tensor([1, 4], [Float(0), 0, 1e9, 4]), Tensor([1], [Int64(0)])])
    }
  }

  @Test func blocksMoveBetweenDepthAndSpace() throws {
    let deep = counting([1, 4, 1, 2])
    let wide = Tensor([1, 1, 2, 4], [Float(0), 2, 1, 3, 4, 6, 5, 7])
    expectClose(try DepthToSpace(blockSize: 2).evaluate([deep])[0], wide)
    expectClose(try SpaceToDepth(blockSize: 2).evaluate([wide])[0], deep)
    let last = counting([1, 1, 1, 8])
    expectClose(
      try DepthToSpace(blockSize: 2, layout: .channelsLast).evaluate([last])[0],
      counting([1, 2, 2, 2])
    )
    expectClose(
      try SpaceToDepth(blockSize: 2, layout: .channelsLast).evaluate([counting([1, 2, 2, 2])])[0],
      last
    )
    let eight = counting([1, 8, 1, 1])
    expectClose(
      try DepthToSpace(blockSize: 2, mode: .columnFirst).evaluate([eight])[0],
      counting([1, 2, 2, 2])
    )
    expectClose(
      try DepthToSpace(blockSize: 2).evaluate([eight])[0],
      Tensor([1, 2, 2, 2], [Float(0), 2, 4, 6, 1, 3, 5, 7])
    )
    expectRefused(DepthToSpace(blockSize: 0), floatTypes([1, 4, 1, 2]))
    expectRefused(DepthToSpace(blockSize: 3), floatTypes([1, 4, 1, 2]))
    expectRefused(SpaceToDepth(blockSize: 2), floatTypes([1, 4, 1, 2]))
  }

  @Test func cropAndScaleWorkOnPictures() throws {
    let x = counting([1, 1, 3, 4])
    expectClose(
      try Crop(border: [1, 0, 2, 1]).evaluate([x])[0],
      Tensor([1, 1, 2, 1], [Float(1), 5])
    )
    expectClose(
      try Crop(border: [1, 1, 0, 0], size: [1, 2]).evaluate([x])[0],
      Tensor([1, 1, 1, 2], [Float(5), 6])
    )
    expectRefused(Crop(border: [2, 0, 3, 0]), floatTypes([1, 1, 3, 4]))
    expectRefused(Crop(border: [-1, 0, 0, 0]), floatTypes([1, 1, 3, 4]))
    let scaled = try ImageScaler(scale: 2, bias: [1, -1]).evaluate([
      Tensor([1, 2, 1, 1], [Float(3), 4])
    ])[0]
    expectClose(scaled, Tensor([1, 2, 1, 1], [Float(7), 7]))
    expectRefused(ImageScaler(bias: [1]), floatTypes([1, 2, 1, 1]))
  }
}
