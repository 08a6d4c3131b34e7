import LaminaCore
import LaminaOperators
import LaminaSIMD
import Testing

/// Steps that repeat, select, scatter and add up elements of any width.
@Suite struct RepeatedStepTests {
  private let set = InstructionSet.current
  private static let types: [DataType] = [.float32, .int8, .int64, .float16]

  private func tensor(_ dtype: DataType, _ shape: Shape, from first: Int = 0) throws -> Tensor {
    let numbers = (0..<(shape.elementCount ?? 0)).map { Double(($0 + first) % 120) }
    return try Tensor(dtype, shape, rounding: numbers)
  }

  static let expansions: [(Shape, [Int64])] = [
    ([1, 5, 1, 1], [2, 5, 3, 7]), ([3], [2, 3]), ([2, 1], [2, 33]), ([], [4]), ([4, 5], [1]),
    ([1, 3, 1, 5], [2, 1, 4, 1]), ([0, 1], [0, 4]), ([1, 1, 17], [9, 1, 1]),
  ]

  @Test(arguments: expansions.indices)
  func expansionsRepeatLinesAndElements(index: Int) throws {
    let (shape, target) = Self.expansions[index]
    for dtype in Self.types {
      let inputs = [try tensor(dtype, shape), Tensor([target.count], target)]
      try StepCase(op: Expand(), inputs: inputs, tolerance: 0).check(set, threads: 2)
    }
  }

  static let selections: [(Shape, Shape, Shape)] = [
    ([3, 5, 17], [3, 5, 17], [3, 5, 17]), ([17], [3, 5, 17], []), ([17], [], [3, 5, 17]),
    ([5, 1], [3, 1, 17], [17]), ([], [4, 9], [9]), ([3, 1, 1], [5, 1], [1, 1, 33]), ([1], [1], []),
    ([2, 1, 3], [1, 4, 1], [2, 4, 3]), ([0], [1], [1]), ([2, 9], [], []), ([1, 4], [4], [4]),
  ]

  @Test(arguments: selections.indices)
  func selectionsTakeFromEitherOperand(index: Int) throws {
    let (shape, a, b) = Self.selections[index]
    var source = NumberSource(seed: 71)
    let flags = source.ints(shape.elementCount ?? 0, in: 0...1).map { $0 == 1 }
    for dtype in Self.types {
      let inputs = [Tensor(shape, flags), try tensor(dtype, a), try tensor(dtype, b, from: 60)]
      try StepCase(op: Where(), inputs: inputs, constants: [], tolerance: 0).check(set, threads: 2)
    }
    let special = Tensor(b, [Float](repeating: .nan, count: b.elementCount ?? 0))
    let inputs = [Tensor(shape, flags), try tensor(.float32, a), special]
    try StepCase(op: Where(), inputs: inputs, constants: [], tolerance: 0).check(set)
  }

  @Test(arguments: [0, 1, -1])
  func sumsAndProductsRunAlongAnyAxis(axis: Int64) throws {
    let axes = Tensor([1], [axis])
    for dtype in [DataType.float32, .int32, .int64] {
      for shape in [Shape([3, 5, 7]), [1, 1, 1], [2, 17, 1], [4, 0, 3]] {
        for function in Cumulative.Function.allCases {
          for (exclusive, reverse) in [(false, false), (true, false), (false, true), (true, true)] {
            let op = Cumulative(function, exclusive: exclusive, reverse: reverse)
            let inputs = [try tensor(dtype, shape, from: 1), axes]
            try StepCase(op: op, inputs: inputs, tolerance: 0).check(set)
          }
        }
      }
    }
    let extreme: [Float] = [1, .infinity, 2, -.infinity, 3, 1e38, 3e38, .nan]
    try StepCase(op: Cumulative(.sum), inputs: [Tensor([2, 2, 2], extreme), axes]).check(set)
  }

  @Test func scatteredRowsMayCountFromTheEnd() throws {
    for dtype in Self.types {
      let x = try tensor(dtype, [4, 3, 5])
      let rows = [x, Tensor([2, 1], [Int64(-1), 1]), try tensor(dtype, [2, 3, 5], from: 50)]
      try StepCase(op: ScatterND(), inputs: rows, constants: [], tolerance: 0).check(set)
      let tuples = [x, Tensor([3, 2], [Int32(0), 2, 3, -3, 0, 2]), try tensor(dtype, [3, 5])]
      try StepCase(op: ScatterND(), inputs: tuples, constants: [], tolerance: 0).check(set)
      let elements = [x, Tensor([3], [Int64(1), 1, 1]), try tensor(dtype, [], from: 9)]
      try StepCase(op: ScatterND(), inputs: elements, constants: [], tolerance: 0).check(set)
    }
    let outside = [
      try tensor(.float32, [2, 2]), Tensor([1, 1], [Int64(2)]), try tensor(.float32, [1, 2]),
    ]
    let step = StepCase(op: ScatterND(), inputs: outside, constants: [])
    #expect(throws: ShapeError.self) { try step.check(set) }
  }
}
