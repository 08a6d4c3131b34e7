import Glibc
import LaminaCore

/// Walks through a tensor so that what is reduced together meets in one accumulator.
struct LineFold {
  /// The shape of the tensor that is reduced.
  let source: Shape
  /// The shape of the result, with reduced axes of length 1.
  let shape: Shape
  /// How many elements meet in each accumulator.
  let length: Int

  init(_ source: Shape, axes: [Int]) throws(ShapeError) {
    self.source = source
    var kept = source
    for axis in axes { kept[axis] = 1 }
    shape = kept
    _ = try kept.positionArray()
    length = Set(axes).reduce(1) { $0 &* source[$1] }
  }

  /// Returns the accumulators after all elements, in row-major order, have been combined into
  /// theirs.
  func fold<Element, Result>(
    _ elements: UnsafeBufferPointer<Element>,
    from start: Result,
    _ combine: (Result, Element) -> Result
  ) -> [Result] {
    var results = [Result](repeating: start, count: shape.elementCount ?? 0)
    source.forEachLine(of: [shape]) { position, offsets, steps, length in
      var target = offsets[0]
      for index in position..<position + length {
        results[target] = combine(results[target], elements[index])
        target += steps[0]
      }
    }
    return results
  }

  /// Returns the logarithm of the sum of exponentials, scaled by the largest so that nothing
  /// overflows.
  func logSumExp<Element>(
    _ elements: UnsafeBufferPointer<Element>,
    _ peaks: [Double],
    _ real: (Element) -> Double
  ) -> [Double] {
    let shifts = peaks.map { $0.isFinite ? $0 : 0 }
    var sums = [Double](repeating: 0, count: peaks.count)
    source.forEachLine(of: [shape]) { position, offsets, steps, length in
      var target = offsets[0]
      for index in position..<position + length {
        sums[target] += exp(real(elements[index]) - shifts[target])
        target += steps[0]
      }
    }
    return zip(sums, shifts).map { log($0) + $1 }
  }
}

extension Reduce.Function {
  /// Whether whole numbers give whole numbers without a detour.
  var staysWhole: Bool {
    switch self {
    case .sum, .prod, .max, .min, .l1, .sumSquare: true
    default: false
    }
  }

  /// What becomes of a sum at the end.
  func finish(_ sum: Double, count: Int) -> Double {
    switch self {
    case .mean: sum / Double(count)
    case .l2: sum.squareRoot()
    case .logSum: log(sum)
    default: sum
    }
  }
}
