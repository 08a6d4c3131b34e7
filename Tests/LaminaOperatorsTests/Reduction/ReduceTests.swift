import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

@Suite struct ReduceTests {
  static let answers: [(Reduce.Function, [Float])] = [
    (.sum, [6, -2]), (.mean, [2, -0.6666667]), (.max, [3, 2]), (.min, [1, -3]),
    (.prod, [6, 6]), (.l1, [6, 6]), (.l2, [3.7416575, 3.7416575]), (.sumSquare, [14, 14]),
    (.logSum, [1.7917595, .nan]), (.logSumExp, [3.407606, 2.0549852]),
  ]

  @Test(arguments: answers)
  func reducesALine(function: Reduce.Function, expected: [Float]) throws {
    let x = Tensor([2, 3], [Float(1), 2, 3, -1, 2, -3])
    let y = try Reduce(function, axes: [-1], keepsDimensions: false).evaluate([x])[0]
    expectClose(y, Tensor([2], expected), within: 1e-5)
  }

  @Test(arguments: answers)
  func reducesColumnsAsRows(function: Reduce.Function, expected: [Float]) throws {
    let x = Tensor([3, 2], [Float(1), -1, 2, 2, 3, -3])
    let y = try Reduce(function, axes: nil, keepsDimensions: true)
      .evaluate([x, Tensor([1], [Int64(0)])])[0]
    expectClose(y, Tensor([1, 2], expected), within: 1e-5)
  }

  @Test func noAxesMeanAllOrNone() throws {
    let x = Tensor([2, 2], [Float(1), 2, 3, -4])
    let empty = Tensor([0], [Int64]())
    let all = Reduce(.l1, axes: nil, keepsDimensions: false)
    expectClose(try all.evaluate([x, empty])[0], Tensor(scalar: Float(10)))
    let none = Reduce(.l1, axes: nil, keepsDimensions: false, emptyAxesReduceNothing: true)
    expectClose(try none.evaluate([x, empty])[0], Tensor([2, 2], [Float(1), 2, 3, 4]))
  }

  @Test func nothingReducesToTheNeutralElement() throws {
    let x = Tensor([2, 0], [Float]())
    let answers: [(Reduce.Function, Float)] = [
      (.sum, 0), (.prod, 1), (.max, -.infinity), (.min, .infinity), (.logSum, -.infinity),
      (.logSumExp, -.infinity), (.mean, .nan),
    ]
    for (function, expected) in answers {
      let y = try Reduce(function, axes: [1], keepsDimensions: false).evaluate([x])[0]
      expectClose(y, Tensor([2], [expected, expected]))
    }
  }

  @Test func integersWrapAroundAndLargeOnesStayExact() throws {
    let x = Tensor([2], [Int64.max, 1])
    let sum = Reduce(.sum, axes: [0], keepsDimensions: false)
    expectClose(try sum.evaluate([x])[0], Tensor(scalar: Int64.min))
    let largest = Reduce(.max, axes: [0], keepsDimensions: false)
    #expect(try largest.evaluate([x])[0].elements(of: Int64.self) == [Int64.max])
  }

  @Test func claimsAreCombined() throws {
    let x = Tensor([2, 2], [true, false, false, false])
    expectClose(
      try Reduce(.any, axes: [1], keepsDimensions: false).evaluate([x])[0],
      Tensor([2], [true, false])
    )
    expectClose(
      try Reduce(.all, axes: [0], keepsDimensions: true).evaluate([x])[0],
      Tensor([1, 2], [false, false])
    )
    expectRefused(Reduce(.any, axes: nil, keepsDimensions: true), floatTypes([2]))
    expectRefused(Reduce(.sum, axes: [2], keepsDimensions: true), floatTypes([2, 2]))
  }

  @Test func axesThatAreDataLeaveTheRankKnown() throws {
    let op = Reduce(.sum, axes: nil, keepsDimensions: true)
    let type = try op.outputTypes(for: [TensorType(.float32, [2, 3]), TensorType(.int64, [1])])[0]
    #expect(type.shape.rank == 2)
    #expect(!type.shape.isKnown)
  }
}

@Suite struct ArgReduceTests {
  let x = Tensor([2, 3], [Float(2), 2, 1, 0, .nan, 5])

  @Test func findsTheFirstOrTheLast() throws {
    let first = ArgReduce(.max, axis: 1, keepsDimensions: false)
    expectClose(try first.evaluate([x])[0], Tensor([2], [Int64(0), 1]))
    let last = ArgReduce(.max, axis: -1, keepsDimensions: true, selectsLast: true)
    expectClose(try last.evaluate([x])[0], Tensor([2, 1], [Int64(1), 1]))
  }

  @Test func theAxisMayBeAnInput() throws {
    let op = ArgReduce(.min, axis: nil, keepsDimensions: false, indexType: .int32)
    let y = try op.evaluate([Tensor([2, 2], [Int8(4), 1, 3, 2]), Tensor([], [Int32(0)])])[0]
    expectClose(y, Tensor([2], [Int32(1), 0]))
    expectRefused(ArgReduce(.max, axis: 0, keepsDimensions: true), floatTypes([0, 2]))
  }
}

@Suite struct TopKTests {
  @Test func findsTheBestAlongAnyAxis() throws {
    let x = Tensor([3, 2], [Float(1), 6, 5, 2, 5, 4])
    let outputs = try TopK(axis: 0).evaluate([x, Tensor([1], [Int64(2)])])
    expectClose(outputs[0], Tensor([2, 2], [Float(5), 6, 5, 4]))
    expectClose(outputs[1], Tensor([2, 2], [Int64(1), 0, 2, 2]))
    let smallest = try TopK(count: 1, largest: false, indexType: .int32).evaluate([x])
    expectClose(smallest[0], Tensor([3, 1], [Float(1), 2, 4]))
    expectClose(smallest[1], Tensor([3, 1], [Int32(0), 1, 1]))
  }

  @Test(arguments: [1, 2, 3, 7, 24, 25, 50, 100])
  func fewOfManyAreTheFirstOfAllInOrder(count: Int) throws {
    var numbers = SeededNumbers(seed: 17)
    var values = (0..<200).map { _ in Float(Int.random(in: 0...60, using: &numbers)) }
    values[33] = .nan
    values[150] = .infinity
    let x = Tensor([2, 100], values)
    for largest in [true, false] {
      let outputs = try TopK(count: count, largest: largest).evaluate([x])
      for line in 0..<2 {
        let row = Array(values[line * 100..<(line + 1) * 100])
        let key = { (place: Int) in row[place].isNaN ? Double.infinity : Double(row[place]) }
        let isNaN = { (place: Int) in row[place].isNaN ? 1 : 0 }
        let order = (0..<100).sorted { a, b in
          let (x, y) = ((key(a), isNaN(a)), (key(b), isNaN(b)))
          return x == y ? a < b : largest ? x > y : x < y
        }
        let found = try outputs[1].ints()[line * count..<(line + 1) * count]
        #expect(Array(found) == Array(order.prefix(count)))
      }
    }
  }

  @Test func moreThanThereIsIsRefused() {
    expectRefused(TopK(count: 3), floatTypes([2]))
    expectRefused(TopK(count: -1), floatTypes([2]))
  }
}

@Suite struct CumulativeTests {
  @Test func addsUpEitherWay() throws {
    let x = Tensor([2, 3], [Int32(1), 2, 3, 4, 5, 6])
    let last = Tensor([], [Int32(1)])
    expectClose(
      try Cumulative(.sum).evaluate([x, last])[0],
      Tensor([2, 3], [Int32(1), 3, 6, 4, 9, 15])
    )
    expectClose(
      try Cumulative(.sum, exclusive: true, reverse: true).evaluate([x, last])[0],
      Tensor([2, 3], [Int32(5), 3, 0, 11, 6, 0])
    )
    expectClose(
      try Cumulative(.product, exclusive: true).evaluate([x, Tensor([], [Int32(0)])])[0],
      Tensor([2, 3], [Int32(1), 1, 1, 1, 2, 3])
    )
    expectRefused(Cumulative(.sum), [TensorType(.bool, [2]), TensorType(.int32, [])])
  }
}

@Suite struct SegmentTests {
  @Test func partsOfASegmentAreAdded() throws {
    let x = Tensor([3, 2], [Float(1), 2, 3, 4, 5, 6])
    let y = try SegmentSum().evaluate([x, Tensor([3], [Int32(0), 0, 2])])[0]
    expectClose(y, Tensor([3, 2], [Float(4), 6, 0, 0, 5, 6]))
    #expect(throws: ShapeError.self) {
      try SegmentSum().evaluate([x, Tensor([3], [Int32(1), 0, 2])])
    }
  }

  @Test func segmentsNeedNoOrder() throws {
    let x = Tensor([3], [Int32(3), 5, 7])
    let ids = Tensor([3], [Int32(1), -1, 1])
    let count = Tensor([], [Int32(2)])
    let answers: [(UnsortedSegment.Function, [Int32])] = [
      (.sum, [0, 10]), (.prod, [1, 21]), (.max, [.min, 7]), (.min, [.max, 3]),
    ]
    for (function, expected) in answers {
      let y = try UnsortedSegment(function).evaluate([x, ids, count])[0]
      expectClose(y, Tensor([2], expected))
    }
    #expect(throws: ShapeError.self) {
      try UnsortedSegment(.sum).evaluate([x, Tensor([3], [Int32(2), 0, 0]), count])
    }
  }
}
