import Foundation
import LaminaCore
import LaminaOperators
import Testing

/// Random shapes: those that broadcast against the formula, others refused.
@Suite struct ElementwisePropertyTests {
  private let seed: UInt64 = 20_261_122

  /// Two shapes that mostly broadcast to `dims`.
  private func pair(_ numbers: inout SeededNumbers) -> ([Int], [Int]) {
    let dims = numbers.dims(rank: 0...4, length: 0...4)
    func part(_ numbers: inout SeededNumbers) -> [Int] {
      var part = dims
      for axis in part.indices where numbers.isOne(in: 3) { part[axis] = 1 }
      if numbers.isOne(in: 8), !part.isEmpty { part[numbers.int(0...part.count - 1)] += 1 }
      return Array(part.dropFirst(numbers.isOne(in: 3) ? numbers.int(0...part.count) : 0))
    }
    return (part(&numbers), part(&numbers))
  }

  /// The shape that both are repeated to; `nil` when there is none.
  private func joined(_ a: [Int], _ b: [Int]) -> [Int]? {
    let rank = max(a.count, b.count)
    let left = [Int](repeating: 1, count: rank - a.count) + a
    let right = [Int](repeating: 1, count: rank - b.count) + b
    guard zip(left, right).allSatisfy({ $0 == $1 || $0 == 1 || $1 == 1 }) else { return nil }
    return zip(left, right).map { $0 == 1 ? $1 : $0 }
  }

  private static let functions:
    [(BinaryElementwise.Function, @Sendable (Double, Double) -> Double)] = [
      (.add, { $0 + $1 }), (.sub, { $0 - $1 }), (.mul, { $0 * $1 }), (.div, { $0 / $1 }),
      (.max, { $0 > $1 ? $0 : $1 }), (.min, { $0 < $1 ? $0 : $1 }),
      (.squaredDifference, { ($0 - $1) * ($0 - $1) }), (.atan2, { atan2($0, $1) }),
    ]

  @Test func binaryFunctionsBroadcastOrRefuse() throws {
    var numbers = SeededNumbers(seed: seed)
    for round in 0..<400 {
      let (left, right) = pair(&numbers)
      let (function, formula) = Self.functions[round % Self.functions.count]
      let (a, b) = (numbers.array(left), numbers.array(right, in: 1...9))
      let expected = joined(left, right).map { dims in
        PlainArray(dims) { formula(a[$0], b[$0]) }
      }
      try expect(
        BinaryElementwise(function),
        [a.tensor, b.tensor],
        gives: expected,
        "seed \(seed), round \(round): \(function) \(left) \(right)"
      )
    }
  }

  @Test func selectionsBroadcastOrRefuse() throws {
    var numbers = SeededNumbers(seed: seed + 1)
    for round in 0..<300 {
      let (left, right) = pair(&numbers)
      let flags = numbers.array(pair(&numbers).0.suffix(left.count), in: 0...1)
      let (a, b) = (numbers.array(left), numbers.array(right))
      let dims = joined(left, right).flatMap { joined($0, flags.dims) }
      let condition = Tensor(Shape(flags.dims), flags.values.map { $0 == 1 })
      try expect(
        Where(),
        [condition, a.tensor, b.tensor],
        gives: dims.map { PlainArray($0) { flags[$0] == 1 ? a[$0] : b[$0] } },
        "seed \(seed + 1), round \(round): \(flags.dims) \(left) \(right)"
      )
    }
  }

  @Test func expansionsBroadcastOrRefuse() throws {
    var numbers = SeededNumbers(seed: seed + 2)
    for round in 0..<200 {
      let (from, to) = pair(&numbers)
      let x = numbers.array(from)
      try expect(
        Expand(),
        [x.tensor, Tensor([to.count], to.map(Int64.init))],
        gives: joined(from, to).map { PlainArray($0) { x[$0] } },
        "seed \(seed + 2), round \(round): \(from) \(to)"
      )
    }
  }
}
