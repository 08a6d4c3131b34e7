import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

@Suite struct ShapingTests {
  @Test func reshapeFillsInOneLength() throws {
    let x = counting([2, 3, 4])
    let shape = Tensor([3], [Int64(0), -1, 2])
    #expect(try Reshape().evaluate([x, shape])[0].shape == [2, 6, 2])
    try expectShapes(Reshape(shape: [4, -1]), floatTypes([2, 6]), [[4, 3]])
    try expectShapes(Reshape(shape: [0, 5], zeroIsLength: true), floatTypes([0, 3]), [[0, 5]])
    expectRefused(Reshape(shape: [5]), floatTypes([2, 3]))
    expectRefused(Reshape(shape: [-1, -1]), floatTypes([2, 3]))
    expectRefused(Reshape(shape: [-2, -3]), floatTypes([2, 3]))
    expectRefused(Reshape(shape: [2, 3, 0]), floatTypes([2, 3]))
    expectRefused(Reshape(shape: [.max, 2]), floatTypes([2]))
  }

  @Test func aTargetThatIsDataLeavesTheRankKnown() throws {
    let types: TypeInputs = [TensorType(.float32, [6]), TensorType(.int64, [2])]
    #expect(try Reshape().outputTypes(for: types)[0].shape == [-1, -1])
    let unsqueezed = try Unsqueeze().outputTypes(for: types)[0]
    #expect(unsqueezed.shape == [-1, -1, -1])
  }

  @Test func flattenMakesAMatrix() throws {
    try expectShapes(Flatten(axis: 2), floatTypes([2, 3, 4]), [[6, 4]])
    try expectShapes(Flatten(axis: 0), floatTypes([2, 3]), [[1, 6]])
    try expectShapes(Flatten(axis: -1), floatTypes([2, 3, 4]), [[6, 4]])
    expectRefused(Flatten(axis: 3), floatTypes([2, 3]))
    #expect(try Flatten().evaluate([counting([2, 2, 2])])[0].shape == [2, 4])
  }

  @Test func squeezeAndUnsqueezeAreInverse() throws {
    try expectShapes(Squeeze(), floatTypes([1, 3, 1]), [[3]])
    try expectShapes(Squeeze(axes: [-1]), floatTypes([1, 3, 1]), [[1, 3]])
    expectRefused(Squeeze(axes: [1]), floatTypes([1, 3]))
    try expectShapes(Unsqueeze(axes: [0, -1]), floatTypes([3]), [[1, 3, 1]])
    expectRefused(Unsqueeze(axes: [0, 0]), floatTypes([3]))
    expectRefused(Unsqueeze(axes: [3]), floatTypes([3]))
    let y = try Unsqueeze().evaluate([counting([2]), Tensor([1], [Int64(1)])])[0]
    expectClose(y, counting([2, 1]))
    expectClose(try Squeeze().evaluate([y])[0], counting([2]))
  }

  @Test func transposeReordersAxes() throws {
    let x = counting([2, 3])
    let y = try Transpose().evaluate([x])[0]
    expectClose(y, Tensor([3, 2], [Float(0), 3, 1, 4, 2, 5]))
    let cube = try Transpose(permutation: [1, 2, 0]).evaluate([counting([2, 1, 2])])[0]
    expectClose(cube, Tensor([1, 2, 2], [Float(0), 2, 1, 3]))
    let words = Tensor([2, 1], strings: ["a", "b"])
    #expect(try Transpose().evaluate([words])[0].shape == [1, 2])
    expectRefused(Transpose(permutation: [0, 0]), floatTypes([2, 3]))
    expectRefused(Transpose(permutation: [0]), floatTypes([2, 3]))
  }

  @Test func transposeTakesTheQuantizedAxisAlong() throws {
    let quantization = Quantization(scales: [1, 2], zeroPoints: [0, 0], axis: 0)
    let x = TensorType(.int8, [2, 3], quantization: quantization)
    let y = try Transpose().outputTypes(for: [x])[0]
    #expect(y.quantization?.axis == 1)
  }

  @Test func concatJoinsAlongAnAxis() throws {
    let (a, b) = (counting([2, 1]), counting([2, 2], from: 10))
    let y = try Concat(axis: 1).evaluate([a, b])[0]
    expectClose(y, Tensor([2, 3], [Float(0), 10, 11, 1, 12, 13]))
    let words = try Concat(axis: -1).evaluate([
      Tensor([1, 1], strings: ["a"]), Tensor([1, 2], strings: ["b", "c"]),
    ])[0]
    #expect(words.strings == ["a", "b", "c"])
    expectRefused(Concat(axis: 0), floatTypes([2, 1], [2, 2]))
    expectRefused(Concat(axis: 2), floatTypes([2, 1]))
    try expectShapes(Concat(axis: 0), floatTypes([0, 2], [3, 2]), [[3, 2]])
  }

  @Test func splitCutsIntoParts() throws {
    let x = counting([5])
    let parts = try Split(axis: 0, count: 2).evaluate([x])
    expectClose(parts[0], counting([3]))
    expectClose(parts[1], counting([2], from: 3))
    let sizes = Tensor([2], [Int32(1), -1])
    let sized = try Split(axis: nil, count: 2).evaluate([x, sizes, Tensor([], [Int32(0)])])
    expectClose(sized[1], counting([4], from: 1))
    expectRefused(Split(axis: 0, sizes: [2, 2], count: 2), floatTypes([5]))
    expectRefused(Split(axis: 0, sizes: [5], count: 2), floatTypes([5]))
    expectRefused(Split(axis: 0, count: 0), floatTypes([5]))
  }

  @Test func packAndUnpackAreInverse() throws {
    let y = try Pack(axis: 1).evaluate([counting([2]), counting([2], from: 10)])[0]
    expectClose(y, Tensor([2, 2], [Float(0), 10, 1, 11]))
    let parts = try Unpack(axis: 1, count: 2).evaluate([y])
    expectClose(parts[1], counting([2], from: 10))
    expectRefused(Unpack(axis: 0, count: 3), floatTypes([2]))
    expectRefused(Pack(axis: 0), floatTypes([2], [3]))
  }

  @Test func shapesAndSizesAreKnownBeforeTheRun() throws {
    let x = counting([2, 3, 4])
    expectClose(try ShapeOf().evaluate([x])[0], Tensor([3], [Int64(2), 3, 4]))
    expectClose(
      try ShapeOf(start: -2, end: 9, dtype: .int32).evaluate([x])[0],
      Tensor([2], [Int32(3), 4])
    )
    expectClose(try ShapeOf(start: 2, end: 1).evaluate([x])[0], Tensor([0], [Int64]()))
    expectClose(try SizeOf().evaluate([x])[0], Tensor(scalar: Int64(24)))
    expectClose(try RankOf().evaluate([x])[0], Tensor(scalar: Int32(3)))
  }
}
