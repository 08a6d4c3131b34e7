import LaminaCore
import LaminaTestSupport
import Testing

/// Numbers and their lengths along each axis, read position by position: what random operators are
/// compared with.
struct PlainArray {
  var dims: [Int]
  var values: [Double]

  /// The values that `formula` gives for each position.
  init(_ dims: [Int], _ formula: ([Int]) -> Double) {
    self.dims = dims
    values = Self.positions(dims).map(formula)
  }

  /// All positions, in row-major order.
  static func positions(_ dims: [Int]) -> [[Int]] {
    dims.reduce([[]]) { known, length in
      known.flatMap { index in (0..<length).map { index + [$0] } }
    }
  }

  /// The value at a position, of which as many axes count as there are, from the last; an axis of
  /// length 1 is repeated.
  subscript(_ index: [Int]) -> Double {
    let own = index.suffix(dims.count)
    return values[zip(dims, own).reduce(0) { $0 * $1.0 + ($1.0 == 1 ? 0 : $1.1) }]
  }

  var tensor: Tensor { Tensor(Shape(dims), values.map { Float($0) }) }
}

extension SeededNumbers {
  mutating func int(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &self) }

  /// True once in `count` times.
  mutating func isOne(in count: Int) -> Bool { int(1...count) == 1 }

  mutating func dims(rank: ClosedRange<Int>, length: ClosedRange<Int> = 1...4) -> [Int] {
    (0..<int(rank)).map { _ in int(length) }
  }

  /// Small whole numbers, whose sums and products float32 has exactly.
  mutating func array(_ dims: [Int], in range: ClosedRange<Int> = -9...9) -> PlainArray {
    var array = PlainArray(dims) { _ in 0 }
    for index in array.values.indices { array.values[index] = Double(int(range)) }
    return array
  }
}

/// Expects an operator to give these numbers, or, of `nil`, to refuse with an error of its type.
func expect(
  _ op: any Operator,
  _ inputs: TensorInputs,
  gives expected: PlainArray?,
  _ text: String,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  guard let expected else {
    #expect(throws: ShapeError.self, "\(text)", sourceLocation: sourceLocation) {
      try op.evaluate(inputs)
    }
    return
  }
  let y: Tensor
  do { y = try op.evaluate(inputs)[0] } catch {
    Issue.record("\(text): \(error)", sourceLocation: sourceLocation)
    return
  }
  #expect(y.shape.dims == expected.dims, "\(text)", sourceLocation: sourceLocation)
  for (index, (a, b)) in zip(try y.doubles(), expected.values).enumerated()
  where !(abs(a - b) <= 1e-5 * (1 + abs(b)) || a == b || a.isNaN && b.isNaN) {
    Issue.record(
      "\(text): element \(index) is \(a), not \(b)",
      sourceLocation: sourceLocation
    )
    return
  }
}
