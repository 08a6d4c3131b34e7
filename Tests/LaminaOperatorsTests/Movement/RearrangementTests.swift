import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

@Suite struct RearrangementTests {
  private func ints(_ shape: Shape, _ values: [Int64]) -> Tensor { Tensor(shape, values) }

  static let padded: [(Pad.Mode, [Float])] = [
    (.constant, [9, 9, 1, 2, 3, 9]), (.edge, [1, 1, 1, 2, 3, 3]), (.reflect, [3, 2, 1, 2, 3, 2]),
    (.symmetric, [2, 1, 1, 2, 3, 3]), (.wrap, [2, 3, 1, 2, 3, 1]),
  ]

  @Test(arguments: padded)
  func padAddsPositions(mode: Pad.Mode, expected: [Float]) throws {
    let x = Tensor([3], [Float(1), 2, 3])
    let y = try Pad(mode: mode).evaluate([x, ints([2], [2, 1]), Tensor([], [Float(9)])])[0]
    expectClose(y, Tensor([6], expected))
  }

  @Test func negativePadsRemovePositions() throws {
    let y = try Pad(mode: .constant, pads: [0, -1, 1, 0]).evaluate([counting([1, 3])])[0]
    expectClose(y, Tensor([2, 2], [Float(1), 2, 0, 0]))
    expectRefused(Pad(mode: .constant, pads: [-2, -2]), floatTypes([3]))
    expectRefused(Pad(mode: .constant, pads: [1]), floatTypes([3]))
    expectRefused(Pad(mode: .edge, pads: [1, 1]), floatTypes([0]))
    expectRefused(Pad(mode: .constant, pads: [.max, .max]), floatTypes([3]))
  }

  @Test func pairsAndAxesAreUnderstood() throws {
    let pairs = ints([2, 2], [0, 0, 1, 0])
    let y = try Pad(mode: .constant, padsArePairs: true).evaluate([counting([1, 2]), pairs])[0]
    expectClose(y, Tensor([1, 3], [Float(0), 0, 1]))
    let one = try Pad(mode: .edge)
      .evaluate([counting([1, 2]), ints([2], [0, 1]), nil, ints([1], [-1])])[0]
    expectClose(one, Tensor([1, 3], [Float(0), 1, 1]))
  }

  @Test func codesArePaddedWithTheZeroPoint() throws {
    let x = Tensor([2], [Int8(1), 2]).with(quantization: Quantization(scale: 1, zeroPoint: -3))
    let y = try Pad(mode: .constant, pads: [1, 0]).evaluate([x])[0]
    #expect(try y.elements(of: Int8.self) == [-3, 1, 2])
  }

  @Test func tileAndExpandRepeat() throws {
    let tiled = try Tile().evaluate([counting([1, 2]), ints([2], [2, 2])])[0]
    expectClose(tiled, Tensor([2, 4], [Float(0), 1, 0, 1, 0, 1, 0, 1]))
    expectRefused(Tile(repeats: [-1]), floatTypes([2]))
    expectRefused(Tile(repeats: [.max]), floatTypes([2]))
    let expanded = try Expand().evaluate([counting([2, 1]), ints([3], [2, 1, 2])])[0]
    expectClose(expanded, Tensor([2, 2, 2], [Float(0), 0, 1, 1, 0, 0, 1, 1]))
    #expect(throws: ShapeError.self) {
      try Expand().evaluate([counting([2]), ints([1], [3])])
    }
    let shape = try BroadcastArgs().evaluate([ints([2], [3, 1]), ints([1], [4])])[0]
    expectClose(shape, ints([2], [3, 4]))
  }

  @Test func blocksMoveBetweenSpaceAndBatch() throws {
    let x = counting([1, 4, 1])
    let block = ints([1], [2])
    let y = try SpaceToBatchND().evaluate([x, block, ints([1, 2], [0, 0])])[0]
    expectClose(y, Tensor([2, 2, 1], [Float(0), 2, 1, 3]))
    let back = try BatchToSpaceND().evaluate([y, block, ints([1, 2], [1, 0])])[0]
    expectClose(back, Tensor([1, 3, 1], [Float(1), 2, 3]))
    let padded = try SpaceToBatchND().evaluate([
      counting([1, 3, 1]), block, ints([1, 2], [1, 0]),
    ])
    expectClose(padded[0], Tensor([2, 2, 1], [Float(0), 1, 0, 2]))
    #expect(throws: ShapeError.self) {
      try SpaceToBatchND().evaluate([counting([1, 3, 1]), block, ints([1, 2], [0, 0])])
    }
    #expect(throws: ShapeError.self) {
      try BatchToSpaceND().evaluate([counting([1, 2, 1]), block, ints([1, 2], [0, 0])])
    }
  }

  @Test func spaceToBatchPadsCodesWithTheZeroPoint() throws {
    let x = Tensor([1, 1, 1], [UInt8(7)]).with(quantization: Quantization(scale: 1, zeroPoint: 128))
    let y = try SpaceToBatchND().evaluate([x, ints([1], [2]), ints([1, 2], [1, 0])])[0]
    #expect(try y.elements(of: UInt8.self) == [128, 7])
  }

  @Test func trianglesAreKept() throws {
    let x = counting([2, 3], from: 1)
    let upper = try Trilu(keepsUpper: true).evaluate([x])[0]
    expectClose(upper, Tensor([2, 3], [Float(1), 2, 3, 0, 5, 6]))
    let lower = try Trilu(keepsUpper: false).evaluate([x, ints([], [1])])[0]
    expectClose(lower, Tensor([2, 3], [Float(1), 2, 0, 4, 5, 6]))
    expectRefused(Trilu(keepsUpper: true), floatTypes([3]))
  }

  @Test func diagonalsAreWritten() throws {
    let y = try MatrixDiag().evaluate([Tensor([2], [Float(1), 2])])[0]
    expectClose(y, Tensor([2, 2], [Float(1), 0, 0, 2]))
    let set = try MatrixSetDiag().evaluate([counting([2, 3]), Tensor([2], [Float(8), 9])])[0]
    expectClose(set, Tensor([2, 3], [Float(8), 1, 2, 3, 9, 5]))
    expectRefused(MatrixSetDiag(), floatTypes([2, 3], [3]))
    expectRefused(MatrixDiag(), floatTypes([]))
  }

  @Test func positionsOfWhatIsNotZeroAreFound() throws {
    let x = Tensor([2, 2], [Float(0), 1, .nan, 0])
    expectClose(try NonZero().evaluate([x])[0], ints([2, 2], [0, 1, 1, 0]))
    expectClose(try Coordinates().evaluate([x])[0], ints([2, 2], [0, 1, 1, 0]))
    #expect(try NonZero().outputTypes(for: floatTypes([2, 2]))[0].shape == [2, -1])
    #expect(try Coordinates().outputTypes(for: floatTypes([2, 2]))[0].shape == [-1, 2])
    expectRefused(NonZero(), [TensorType(.string, [1])])
    expectRefused(Coordinates(), [TensorType(.string, [1])])
  }

  @Test func uniqueGivesEachOnce() throws {
    let x = Tensor([6], [Float(2), 1, 1, 3, 4, 3])
    let sorted = try Unique().evaluate([x])
    expectClose(sorted[0], Tensor([4], [Float(1), 2, 3, 4]))
    expectClose(sorted[1], ints([4], [1, 0, 3, 4]))
    expectClose(sorted[2], ints([6], [1, 0, 0, 2, 3, 2]))
    expectClose(sorted[3], ints([4], [2, 1, 2, 1]))
    let rows = Tensor([3, 2], [Float(1), 0, 1, 0, 0, 3])
    let byRow = try Unique(axis: 0, sorted: false).evaluate([rows])
    expectClose(byRow[0], Tensor([2, 2], [Float(1), 0, 0, 3]))
    let inOrder = try UniqueInOrder().evaluate([x])
    expectClose(inOrder[0], Tensor([4], [Float(2), 1, 3, 4]))
    expectClose(inOrder[1], Tensor([6], [Int32(0), 1, 1, 2, 3, 2]))
    expectRefused(Unique(axis: 1), floatTypes([2]))
    expectRefused(UniqueInOrder(), floatTypes([2, 2]))
  }
}
