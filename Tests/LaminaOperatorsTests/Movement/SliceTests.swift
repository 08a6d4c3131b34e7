import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

@Suite struct SliceTests {
  private func ints(_ values: Int64...) -> Tensor { Tensor([values.count], values) }

  @Test func sliceTakesARangeOfEachAxis() throws {
    let x = counting([3, 4])
    let y = try Slice().evaluate([x, ints(0, 1), ints(2, 4), ints(0, 1), ints(1, 2)])[0]
    expectClose(y, Tensor([2, 2], [Float(1), 3, 5, 7]))
    let backward = try Slice().evaluate([x, ints(-1), ints(.min), ints(1), ints(-3)])[0]
    expectClose(backward, Tensor([3, 2], [Float(3), 0, 7, 4, 11, 8]))
    let none = try Slice(starts: [5], ends: [2]).evaluate([x])[0]
    #expect(none.shape == [0, 4])
    expectRefused(Slice(starts: [0], ends: [1], axes: [2]), floatTypes([3, 4]))
    expectRefused(Slice(starts: [0, 0], ends: [1]), floatTypes([3, 4]))
  }

  @Test func aStepOfZeroIsRefused() {
    #expect(throws: ShapeError.self) {
      try Slice().evaluate([counting([3]), ints(0), ints(2), ints(0), ints(0)])
    }
  }

  @Test func axesThatAreNotSlicedStayKnown() throws {
    let axes = TensorType(.int64, [1], contents: ints(1))
    let bound = TensorType(.int64, [1])
    let type = try Slice().outputTypes(for: [TensorType(.int8, [3, 4]), bound, bound, axes])[0]
    #expect(type.shape == [3, -1])
  }

  @Test func sliceBySizeTakesABox() throws {
    let y = try SliceBySize().evaluate([counting([3, 3]), ints(1, 0), ints(-1, 2)])[0]
    expectClose(y, Tensor([2, 2], [Float(3), 4, 6, 7]))
    #expect(throws: ShapeError.self) {
      try SliceBySize().evaluate([counting([3, 3]), ints(1, 0), ints(3, 2)])
    }
  }

  private func strided(
    _ x: Tensor,
    _ begin: Tensor,
    _ end: Tensor,
    _ strides: Tensor,
    beginMask: Int = 0,
    endMask: Int = 0,
    ellipsisMask: Int = 0,
    newAxisMask: Int = 0,
    shrinkAxisMask: Int = 0
  ) throws -> Tensor {
    try StridedSlice(
      beginMask: beginMask,
      endMask: endMask,
      ellipsisMask: ellipsisMask,
      newAxisMask: newAxisMask,
      shrinkAxisMask: shrinkAxisMask
    ).evaluate([x, begin, end, strides])[0]
  }

  @Test func masksLeaveBoundsOpenAndRemoveAxes() throws {
    let x = counting([2, 3])
    // x[:, ::-1]
    let reversed = try strided(
      x,
      ints(0, 0),
      ints(0, 0),
      ints(1, -1),
      beginMask: 3,
      endMask: 3
    )
    expectClose(reversed, Tensor([2, 3], [Float(2), 1, 0, 5, 4, 3]))
    // x[-1, 1:]
    let row = try strided(x, ints(-1, 1), ints(0, 0), ints(1, 1), endMask: 2, shrinkAxisMask: 1)
    expectClose(row, Tensor([2], [Float(4), 5]))
    // x[..., newaxis, 0]
    let column = try strided(
      x,
      ints(0, 0, 0),
      ints(0, 0, 0),
      ints(1, 1, 1),
      ellipsisMask: 1,
      newAxisMask: 2,
      shrinkAxisMask: 4
    )
    expectClose(column, Tensor([2, 1], [Float(0), 3]))
  }

  @Test func aSingleIndexOutsideIsRefused() {
    #expect(throws: ShapeError.self) {
      try strided(counting([2]), ints(2), ints(3), ints(1), shrinkAxisMask: 1)
    }
    #expect(throws: ShapeError.self) {
      try strided(counting([2]), ints(0, 0), ints(1, 1), ints(1, 1))
    }
  }

  @Test func reverseTurnsAxesAround() throws {
    let y = try Reverse(axes: [0]).evaluate([counting([2, 2])])[0]
    expectClose(y, Tensor([2, 2], [Float(2), 3, 0, 1]))
    expectRefused(Reverse(axes: [0, 0]), floatTypes([2]))
  }

  @Test func sequencesAreTurnedAroundUpToTheirLength() throws {
    let op = ReverseSequence(batchAxis: 0, timeAxis: 1)
    let y = try op.evaluate([counting([2, 3]), ints(2, 3)])[0]
    expectClose(y, Tensor([2, 3], [Float(1), 0, 2, 5, 4, 3]))
    #expect(throws: ShapeError.self) { try op.evaluate([counting([2, 3]), ints(2, 4)]) }
    expectRefused(ReverseSequence(batchAxis: 0, timeAxis: 0), floatTypes([2, 2], [2]))
  }

  @Test func compressKeepsWhatACriterionSays() throws {
    let criterion = Tensor([2], [false, true])
    let rows = try Compress(axis: 0).evaluate([counting([3, 2]), criterion])[0]
    expectClose(rows, Tensor([1, 2], [Float(2), 3]))
    let flat = try Compress().evaluate([counting([3, 2]), Tensor([3], [true, false, true])])[0]
    expectClose(flat, Tensor([2], [Float(0), 2]))
    expectRefused(
      Compress(axis: 1),
      [TensorType(.float32, [3, 2]), TensorType(.bool, [3])]
    )
  }

  @Test func centerCropPadKeepsTheMiddle() throws {
    let x = counting([1, 5])
    let cropped = try CenterCropPad(axes: [1]).evaluate([x, ints(2)])[0]
    expectClose(cropped, Tensor([1, 2], [Float(1), 2]))
    let padded = try CenterCropPad().evaluate([counting([2], from: 1), ints(5)])[0]
    expectClose(padded, Tensor([5], [Float(0), 1, 2, 0, 0]))
    #expect(throws: ShapeError.self) { try CenterCropPad().evaluate([x, ints(2)]) }
  }
}
