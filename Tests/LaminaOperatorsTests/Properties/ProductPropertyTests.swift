import LaminaCore
import LaminaOperators
import Testing

/// Random matrices and equations: those that fit against the formula, others refused.
@Suite struct ProductPropertyTests {
  private let seed: UInt64 = 20_261_125

  @Test func productsOfStacksFollowTheFormulaOrRefuse() throws {
    var numbers = SeededNumbers(seed: seed)
    for round in 0..<200 {
      let batch = numbers.dims(rank: 0...2, length: 1...3)
      let (rows, depth, columns) = (numbers.int(0...4), numbers.int(0...4), numbers.int(1...4))
      let (transposesA, transposesB) = (numbers.isOne(in: 3), numbers.isOne(in: 3))
      let isLegal = !numbers.isOne(in: 5)
      let other = isLegal ? depth : depth + 1
      let leftBatch = batch.map { numbers.isOne(in: 3) ? 1 : $0 }
      let a = numbers.array(leftBatch + (transposesA ? [depth, rows] : [rows, depth]))
      let b = numbers.array(batch + (transposesB ? [columns, other] : [other, columns]))
      let expected = PlainArray(batch + [rows, columns]) { index in
        let (i, j) = (index[batch.count], index[batch.count + 1])
        let outer = Array(index.prefix(batch.count))
        return (0..<depth).reduce(0) { sum, k in
          sum + a[outer + (transposesA ? [k, i] : [i, k])]
            * b[outer + (transposesB ? [j, k] : [k, j])]
        }
      }
      try expect(
        MatMul(transposesA: transposesA, transposesB: transposesB),
        [a.tensor, b.tensor],
        gives: isLegal ? expected : nil,
        "seed \(seed), round \(round): \(a.dims) \(b.dims) \(transposesA) \(transposesB)"
      )
    }
  }

  @Test func equationsFollowTheFormulaOrRefuse() throws {
    var numbers = SeededNumbers(seed: seed + 1)
    let letters = ["i", "j", "k", "l"]
    for round in 0..<200 {
      let lengths = letters.map { _ in numbers.int(2...3) }
      func term(_ numbers: inout SeededNumbers) -> [Int] {
        Array([0, 1, 2, 3].shuffled(using: &numbers).prefix(numbers.int(1...3)))
      }
      let (left, right) = (term(&numbers), term(&numbers))
      var result = Set(left + right).shuffled(using: &numbers)
      result = Array(result.prefix(numbers.int(0...result.count)))
      let (a, b) = (
        numbers.array(left.map { lengths[$0] }), numbers.array(right.map { lengths[$0] })
      )
      let isLegal = !numbers.isOne(in: 6)
      let text = { (term: [Int]) in term.map { letters[$0] }.joined() }
      let equation = "\(text(left)),\(text(right))->\(text(result))" + (isLegal ? "" : "z")
      let summed = Set(left + right).subtracting(result).sorted()
      let expected = PlainArray(result.map { lengths[$0] }) { place in
        PlainArray.positions(summed.map { lengths[$0] }).reduce(0) { sum, rest in
          var index = [0, 0, 0, 0]
          for (letter, position) in zip(result + summed, place + rest) { index[letter] = position }
          return sum + a[left.map { index[$0] }] * b[right.map { index[$0] }]
        }
      }
      try expect(
        Einsum(equation: equation),
        [a.tensor, b.tensor],
        gives: isLegal ? expected : nil,
        "seed \(seed + 1), round \(round): \(equation) \(lengths)"
      )
    }
  }
}
