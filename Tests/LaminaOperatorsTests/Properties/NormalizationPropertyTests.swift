import Foundation
import LaminaCore
import LaminaOperators
import Testing

/// Random axes of normalisations: legal ones against the formula, others refused.
@Suite struct NormalizationPropertyTests {
  private let seed: UInt64 = 20_261_127

  /// An array, an axis that is perhaps none of its own, and the axis that it means.
  private func choice(_ numbers: inout SeededNumbers) -> (PlainArray, axis: Int, place: Int?) {
    let x = numbers.array(numbers.dims(rank: 1...4, length: 1...3))
    let rank = x.dims.count
    let axis = numbers.int(-rank - 1...rank)
    return (x, axis, (-rank..<rank).contains(axis) ? (axis + rank) % rank : nil)
  }

  /// The elements that share all positions but those of some axes with one.
  private func line(_ x: PlainArray, _ index: [Int], _ axes: Range<Int>) -> [Double] {
    PlainArray.positions(x.dims).filter { other in
      x.dims.indices.allSatisfy { axes.contains($0) || other[$0] == index[$0] }
    }.map { x[$0] }
  }

  @Test func linesSumToOneOrAreRefused() throws {
    var numbers = SeededNumbers(seed: seed)
    for round in 0..<200 {
      let (x, axis, place) = choice(&numbers)
      let expected = place.map { place in
        PlainArray(x.dims) { index in
          exp(x[index]) / line(x, index, place..<place + 1).reduce(0) { $0 + exp($1) }
        }
      }
      let text = "seed \(seed), round \(round): \(x.dims) axis \(axis)"
      try expect(Softmax(axis: axis), [x.tensor], gives: expected, text)
      var logarithms = expected
      logarithms?.values = expected?.values.map { log($0) } ?? []
      try expect(LogSoftmax(axis: axis), [x.tensor], gives: logarithms, text)
    }
  }

  @Test func linesHaveTheMomentsOfTheFormulaOrAreRefused() throws {
    var numbers = SeededNumbers(seed: seed + 1)
    for round in 0..<200 {
      let (x, axis, place) = choice(&numbers)
      let isFitting = !numbers.isOne(in: 6)
      let own = Array(x.dims[(place ?? 0)...])
      let scale = numbers.array(isFitting ? own : own + [5])
      let text = "seed \(seed + 1), round \(round): \(x.dims) axis \(axis) scale \(scale.dims)"
      let isLegal = isFitting && place != nil
      let layer = PlainArray(isLegal ? x.dims : []) { index in
        guard isLegal, let place else { return 0 }
        let line = line(x, index, place..<x.dims.count)
        let mean = line.reduce(0, +) / Double(line.count)
        let variance = line.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(line.count)
        return (x[index] - mean) / (variance + 0.5).squareRoot() * scale[index]
      }
      let op = LayerNorm(axis: axis, epsilon: 0.5)
      try expect(op, [x.tensor, scale.tensor], gives: isLegal ? layer : nil, text)
      let root = PlainArray(isLegal ? x.dims : []) { index in
        guard isLegal, let place else { return 0 }
        let line = line(x, index, place..<x.dims.count)
        let squares = line.reduce(0) { $0 + $1 * $1 } / Double(line.count)
        return x[index] / (squares + 0.5).squareRoot() * scale[index]
      }
      let other = RMSNorm(axis: axis, epsilon: 0.5)
      try expect(other, [x.tensor, scale.tensor], gives: isLegal ? root : nil, text)
    }
  }
}
