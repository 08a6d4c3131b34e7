import LaminaCore
import LaminaOperators
import Testing

/// Random attributes of movements: legal ones against the formula, others refused.
@Suite struct MovementPropertyTests {
  private let seed: UInt64 = 20_261_124

  /// The positions that a slice takes, as Python counts them.
  private func taken(_ start: Int, _ end: Int, _ step: Int, of length: Int) -> [Int] {
    let places = step > 0 ? 0...length : -1...length - 1
    func place(_ index: Int) -> Int {
      min(max(index < 0 ? index + length : index, places.lowerBound), places.upperBound)
    }
    return Array(stride(from: place(start), to: place(end), by: step))
  }

  @Test func slicesTakeWhatTheyNameOrRefuse() throws {
    var numbers = SeededNumbers(seed: seed)
    for round in 0..<300 {
      let x = numbers.array(numbers.dims(rank: 1...3, length: 1...6))
      let axis = numbers.int(0...x.dims.count - (numbers.isOne(in: 9) ? 0 : 1))
      let (start, end) = (numbers.int(-8...8), numbers.int(-8...8))
      let step = numbers.int(-3...3)
      var expected: PlainArray?
      if step != 0, axis < x.dims.count {
        let places = taken(start, end, step, of: x.dims[axis])
        var dims = x.dims
        dims[axis] = places.count
        expected = PlainArray(dims) { index in
          var from = index
          from[axis] = places[index[axis]]
          return x[from]
        }
      }
      let lists = [start, end, axis, step].map { Tensor([1], [Int64($0)]) }
      try expect(
        Slice(),
        [x.tensor, lists[0], lists[1], lists[2], lists[3]],
        gives: expected,
        "seed \(seed), round \(round): \(x.dims) axis \(axis) \(start) \(end) \(step)"
      )
    }
  }

  @Test func transposesMoveAxesOrRefuse() throws {
    var numbers = SeededNumbers(seed: seed + 1)
    for round in 0..<200 {
      let x = numbers.array(numbers.dims(rank: 1...4))
      var axes = x.dims.indices.shuffled(using: &numbers)
      let isLegal = !numbers.isOne(in: 6)
      if !isLegal { axes[0] = numbers.isOne(in: 2) || axes.count == 1 ? axes.count : axes[1] }
      let expected = PlainArray(isLegal ? axes.map { x.dims[$0] } : []) { index in
        guard isLegal else { return 0 }
        var from = index
        for (place, axis) in axes.enumerated() { from[axis] = index[place] }
        return x[from]
      }
      try expect(
        Transpose(permutation: axes),
        [x.tensor],
        gives: isLegal ? expected : nil,
        "seed \(seed + 1), round \(round): \(x.dims) \(axes)"
      )
    }
  }

  @Test func concatenationsJoinOrRefuse() throws {
    var numbers = SeededNumbers(seed: seed + 2)
    for round in 0..<200 {
      let dims = numbers.dims(rank: 1...3)
      let axis = numbers.int(0...dims.count - 1)
      var (left, right) = (dims, dims)
      left[axis] = numbers.int(0...4)
      right[axis] = numbers.int(0...4)
      let other = numbers.int(0...dims.count - 1)
      let isLegal = other == axis || !numbers.isOne(in: 4)
      if !isLegal { right[other] += 1 }
      let (a, b) = (numbers.array(left), numbers.array(right))
      var sum = left
      sum[axis] += right[axis]
      let expected = PlainArray(isLegal ? sum : []) { index in
        guard isLegal else { return 0 }
        var from = index
        if from[axis] < left[axis] { return a[from] }
        from[axis] -= left[axis]
        return b[from]
      }
      try expect(
        Concat(axis: numbers.isOne(in: 2) ? axis : axis - dims.count),
        [a.tensor, b.tensor],
        gives: isLegal ? expected : nil,
        "seed \(seed + 2), round \(round): \(left) \(right) axis \(axis)"
      )
    }
  }

  @Test func gatheredAndScatteredRowsAreThoseNamedOrRefused() throws {
    var numbers = SeededNumbers(seed: seed + 3)
    for round in 0..<200 {
      let x = numbers.array(numbers.dims(rank: 1...3))
      let length = x.dims[0]
      var rows = (0..<numbers.int(0...3)).map { _ in numbers.int(-length...length - 1) }
      if numbers.isOne(in: 6) { rows.append(numbers.isOne(in: 2) ? length : -length - 1) }
      let isLegal = rows.allSatisfy { (-length..<length).contains($0) }
      let places = rows.map { $0 < 0 ? $0 + length : $0 }
      let dims = [rows.count] + x.dims.dropFirst()
      let text = "seed \(seed + 3), round \(round): \(x.dims) \(rows)"
      try expect(
        Gather(),
        [x.tensor, Tensor([rows.count], rows.map(Int64.init))],
        gives: isLegal
          ? PlainArray(dims) { index in x[[places[index[0]]] + index.dropFirst()] } : nil,
        text
      )
      let updates = numbers.array(dims)
      let expected = PlainArray(x.dims) { index in
        guard let row = places.lastIndex(of: index[0]) else { return x[index] }
        return updates.values[
          zip(dims, [row] + index.dropFirst()).reduce(0) { $0 * $1.0 + $1.1 }
        ]
      }
      try expect(
        ScatterND(),
        [x.tensor, Tensor([rows.count, 1], rows.map(Int64.init)), updates.tensor],
        gives: isLegal ? expected : nil,
        text
      )
    }
  }
}
