import LaminaCore
import LaminaOperators
import Testing

/// Random shapes and axes: legal ones against the formula, others refused.
@Suite struct ReductionPropertyTests {
  private let seed: UInt64 = 20_261_123

  private static let functions: [(Reduce.Function, @Sendable ([Double]) -> Double)] = [
    (.sum, { $0.reduce(0, +) }), (.mean, { $0.reduce(0, +) / Double($0.count) }),
    (.max, { $0.max() ?? 0 }), (.min, { $0.min() ?? 0 }), (.prod, { $0.reduce(1, *) }),
    (.l1, { $0.reduce(0) { $0 + abs($1) } }), (.sumSquare, { $0.reduce(0) { $0 + $1 * $1 } }),
    (.l2, { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }),
  ]

  @Test func reductionsFollowTheirFormulaOrRefuse() throws {
    var numbers = SeededNumbers(seed: seed)
    for round in 0..<400 {
      let x = numbers.array(numbers.dims(rank: 1...4, length: 1...3), in: -3...3)
      let rank = x.dims.count
      var axes = (0..<rank).filter { _ in numbers.isOne(in: 2) }
      if axes.isEmpty { axes = [numbers.int(0...rank - 1)] }
      let reduced = Set(axes)
      axes = axes.map { numbers.isOne(in: 2) ? $0 - rank : $0 }
      let isLegal = !numbers.isOne(in: 8)
      if !isLegal { axes[0] = numbers.isOne(in: 2) ? rank : -rank - 1 }
      let keeps = numbers.isOne(in: 2)
      let (function, formula) = Self.functions[round % Self.functions.count]
      let kept = x.dims.enumerated().map { reduced.contains($0.offset) ? 1 : $0.element }
      var expected = PlainArray(kept) { place in
        formula(
          PlainArray.positions(x.dims).filter { index in
            (0..<rank).allSatisfy { reduced.contains($0) || index[$0] == place[$0] }
          }.map { x[$0] }
        )
      }
      if !keeps {
        expected.dims = (0..<rank).filter { !reduced.contains($0) }.map { x.dims[$0] }
      }
      try expect(
        Reduce(function, axes: axes, keepsDimensions: keeps),
        [x.tensor],
        gives: isLegal ? expected : nil,
        "seed \(seed), round \(round): \(function) \(x.dims) \(axes) \(keeps)"
      )
    }
  }

  @Test func sumsUpToEachPositionFollowTheirFormulaOrRefuse() throws {
    var numbers = SeededNumbers(seed: seed + 1)
    for round in 0..<200 {
      let x = numbers.array(numbers.dims(rank: 1...3))
      let axis = numbers.int(-x.dims.count - 1...x.dims.count)
      let place = axis < 0 ? axis + x.dims.count : axis
      let (exclusive, reverse) = (numbers.isOne(in: 2), numbers.isOne(in: 2))
      let expected = PlainArray(x.dims) { index in
        guard x.dims.indices.contains(place) else { return 0 }
        return (0..<x.dims[place]).reduce(0) { sum, position in
          let isBefore = reverse ? position > index[place] : position < index[place]
          guard isBefore || !exclusive && position == index[place] else { return sum }
          var at = index
          at[place] = position
          return sum + x[at]
        }
      }
      try expect(
        Cumulative(.sum, exclusive: exclusive, reverse: reverse),
        [x.tensor, Tensor([], [Int64(axis)])],
        gives: x.dims.indices.contains(place) ? expected : nil,
        "seed \(seed + 1), round \(round): \(x.dims) \(axis) \(exclusive) \(reverse)"
      )
    }
  }
}
