import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

@Suite struct GatherTests {
  private func ints(_ shape: Shape, _ values: [Int64]) -> Tensor { Tensor(shape, values) }

  @Test func gatherTakesParts() throws {
    let x = counting([2, 3])
    let y = try Gather(axis: 1).evaluate([x, ints([2], [2, -3])])[0]
    expectClose(y, Tensor([2, 2], [Float(2), 0, 5, 3]))
    let batched = try Gather(axis: 1, batchDims: 1).evaluate([x, ints([2, 1], [0, 2])])[0]
    expectClose(batched, Tensor([2, 1], [Float(0), 5]))
    let scalar = try Gather().evaluate([x, ints([], [1])])[0]
    expectClose(scalar, counting([3], from: 3))
    #expect(throws: ShapeError.self) { try Gather().evaluate([x, ints([1], [2])]) }
    expectRefused(Gather(axis: 2), [TensorType(.float32, [2, 3]), TensorType(.int64, [1])])
    expectRefused(Gather(), floatTypes([2], [1]))
  }

  @Test func gatherElementsTakesSingleElements() throws {
    let x = Tensor([2, 2], [Float(1), 2, 3, 4])
    let y = try GatherElements(axis: 1).evaluate([x, ints([2, 2], [0, 0, 1, 0])])[0]
    expectClose(y, Tensor([2, 2], [Float(1), 1, 4, 3]))
    expectRefused(
      GatherElements(axis: 1),
      [TensorType(.int8, [2, 2]), TensorType(.int64, [3, 1])]
    )
  }

  @Test func gatherNDTakesPartsByTuples() throws {
    let x = counting([2, 2, 2])
    let y = try GatherND().evaluate([x, ints([2, 2], [0, 1, 1, 0])])[0]
    expectClose(y, Tensor([2, 2], [Float(2), 3, 4, 5]))
    let batched = try GatherND(batchDims: 1).evaluate([x, ints([2, 1], [1, 0])])[0]
    expectClose(batched, Tensor([2, 2], [Float(2), 3, 4, 5]))
    expectRefused(GatherND(), [TensorType(.int8, [2]), TensorType(.int64, [1, 2])])
    #expect(throws: ShapeError.self) { try GatherND().evaluate([x, ints([1, 1], [2])]) }
  }

  @Test func scatterElementsWritesOrCombines() throws {
    let x = Tensor([3], [Float(1), 2, 3])
    let indices = ints([3], [0, 2, 0])
    let updates = Tensor([3], [Float(10), 20, 5])
    let answers: [(ScatterReduction, [Float])] = [
      (.none, [5, 2, 20]), (.add, [16, 2, 23]), (.mul, [50, 2, 60]), (.max, [10, 2, 20]),
      (.min, [1, 2, 3]),
    ]
    for (reduction, expected) in answers {
      let y = try ScatterElements(reduction: reduction).evaluate([x, indices, updates])[0]
      expectClose(y, Tensor([3], expected))
    }
    #expect(throws: ShapeError.self) {
      try ScatterElements().evaluate([x, ints([1], [3]), Tensor([1], [Float(0)])])
    }
  }

  @Test func scatterNDWritesPartsByTuples() throws {
    let x = counting([2, 2])
    let updates = Tensor([1, 2], [Float(7), 8])
    let y = try ScatterND().evaluate([x, ints([1, 1], [1]), updates])[0]
    expectClose(y, Tensor([2, 2], [Float(0), 1, 7, 8]))
    let summed = try ScatterND(reduction: .add)
      .evaluate([x, ints([2, 2], [0, 0, 0, 0]), Tensor([2], [Float(1), 2])])[0]
    expectClose(summed, Tensor([2, 2], [Float(3), 1, 2, 3]))
    expectRefused(
      ScatterND(),
      [TensorType(.float32, [2, 2]), TensorType(.int64, [1, 1]), TensorType(.float32, [1])]
    )
  }

  @Test func scatterIntoZerosAddsUp() throws {
    let inputs: TensorInputs = [
      ints([2, 1], [2, 2]), Tensor([2], [Int32(3), 4]), ints([1], [4]),
    ]
    expectClose(try ScatterIntoZeros().evaluate(inputs)[0], Tensor([4], [Int32(0), 0, 7, 0]))
    #expect(throws: ShapeError.self) {
      try ScatterIntoZeros().evaluate([
        ints([1, 1], [0]), Tensor([1], [Int32(3)]), ints([1], [-1]),
      ])
    }
  }

  @Test func tensorScatterFillsACache() throws {
    let cache = counting([2, 3, 1])
    let update = Tensor([2, 2, 1], [Float(10), 11, 12, 13])
    let starts = ints([2], [2, 0])
    let y = try TensorScatter(isCircular: true).evaluate([cache, update, starts])[0]
    expectClose(y, Tensor([2, 3, 1], [Float(11), 1, 10, 12, 13, 5]))
    #expect(throws: ShapeError.self) { try TensorScatter().evaluate([cache, update, starts]) }
    expectRefused(TensorScatter(axis: 0), floatTypes([2, 3], [2, 3]))
  }

  @Test func dynamicUpdateSliceStaysInside() throws {
    let y = try DynamicUpdateSlice()
      .evaluate([counting([4]), Tensor([2], [Float(8), 9]), ints([1], [7])])[0]
    expectClose(y, Tensor([4], [Float(0), 1, 8, 9]))
    expectRefused(
      DynamicUpdateSlice(),
      [TensorType(.float32, [2]), TensorType(.float32, [3]), TensorType(.int32, [1])]
    )
  }

  @Test func sparseToDenseWritesPositions() throws {
    let y = try SparseToDense().evaluate([
      ints([2, 2], [0, 1, 1, 0]), ints([2], [2, 2]), Tensor([2], [Float(5), 6]),
      Tensor([], [Float(-1)]),
    ])[0]
    expectClose(y, Tensor([2, 2], [Float(-1), 5, 6, -1]))
    #expect(throws: ShapeError.self) {
      try SparseToDense().evaluate([
        ints([1], [9]), ints([1], [2]), Tensor([1], [Float(5)]), Tensor([], [Float(0)]),
      ])
    }
  }
}
