import LaminaCore

/// Weights as codes without zero points.
///
///     w ≈ scale · code
enum WeightCodes {
  /// Returns codes of 8 bits with one scale for each position along an axis; `nil` where weights
  /// are not finite.
  ///
  ///     scale = max |w| / 127
  static func columns(_ weights: Tensor, along axis: Int) throws -> Tensor? {
    let inner = max(weights.shape.product(axis + 1..<weights.shape.rank), 1)
    let count = weights.shape[axis]
    return try weights.withElements(of: Float.self) { numbers -> Tensor? in
      var ranges = [WeightRange](repeating: WeightRange(), count: count)
      for (number, start) in stride(from: 0, to: numbers.count, by: inner).enumerated() {
        ranges[number % count].widen(by: numbers, Line(first: start, count: inner, step: 1))
      }
      guard ranges.allSatisfy(\.isFinite) else { return nil }
      let scales = ranges.map { $0.isEmpty ? 1 : abs($0.largest) / 127 }
      let codes = try Tensor.build(weights.shape, of: Int8.self) { codes in
        for (number, start) in stride(from: 0, to: numbers.count, by: inner).enumerated() {
          let scale = scales[number % count]
          for index in start..<start &+ inner { codes[index] = code(numbers[index] / scale, -127) }
        }
      }
      let zeros = [Int](repeating: 0, count: count)
      return codes.with(
        quantization: Quantization(scales: scales, zeroPoints: zeros, axis: count == 1 ? nil : axis)
      )
    }
  }

  /// Returns codes of 4 bits with one scale for each block along an axis; `nil` where weights are
  /// not finite.
  ///
  ///     scale = w / −8 for the w farthest from zero
  static func blocks(_ weights: Tensor, along axis: Int, length: Int) throws -> Tensor? {
    try weights.withElements(of: Float.self) { numbers -> Tensor? in
      var scales: [Float] = []
      var isFinite = true
      let codes = try Tensor.build(weights.shape, of: Int4.self) { codes in
        forEachBlock(of: weights.shape, along: axis, length: length) { line in
          var range = WeightRange()
          range.widen(by: numbers, line)
          isFinite = isFinite && range.isFinite
          let scale = range.isEmpty ? 1 : range.largest / -8
          for position in 0..<line.count {
            let index = line.first &+ position &* line.step
            codes[index] = Int4(byte: min(code(numbers[index] / scale, -8), 7))
          }
          scales.append(scale)
        }
      }
      guard isFinite else { return nil }
      let blocks = Quantization.Blocks(axis: axis, length: length)
      return codes.with(quantization: Quantization(scales: scales, blocks: blocks))
    }
  }

  /// The nearest code from the lowest to 127, ties to even.
  ///
  /// The sum has a fraction of no bits, and the code in its lowest ones.
  @inline(__always)
  private static func code(_ steps: Float, _ lowest: Float) -> Int8 {
    let kept = min(max(steps, lowest), 127)
    return Int8(truncatingIfNeeded: (kept + 0x1.8p23).bitPattern)
  }

  /// Calls `body` with the elements of each block, in the order of their scales.
  @inline(__always)
  private static func forEachBlock(
    of shape: Shape,
    along axis: Int,
    length: Int,
    _ body: (Line) -> Void
  ) {
    let inner = max(shape.product(axis + 1..<shape.rank), 1)
    for slice in 0..<shape.product(0..<axis) {
      for start in stride(from: 0, to: shape[axis], by: length) {
        let first = (slice * shape[axis] + start) * inner
        let count = min(length, shape[axis] - start)
        for position in 0..<inner {
          body(Line(first: first + position, count: count, step: inner))
        }
      }
    }
  }

  /// Elements at equal distances.
  fileprivate struct Line {
    let first: Int
    let count: Int
    let step: Int
  }
}

/// The largest of some numbers above zero and below it.
///
/// Bits of floats without a sign are in the order of the floats, with infinity and NaN last.
private struct WeightRange {
  private var above: Int32 = 0
  private var below: Int32 = 0

  private static let infinity = Int32(bitPattern: Float.infinity.bitPattern)

  @inline(__always)
  mutating func widen(by numbers: UnsafeBufferPointer<Float>, _ line: WeightCodes.Line) {
    for position in 0..<line.count {
      let number = numbers[line.first &+ position &* line.step]
      above = max(above, Int32(bitPattern: number.bitPattern))
      below = max(below, Int32(bitPattern: (-number).bitPattern))
    }
  }

  var isFinite: Bool { max(above, below) < Self.infinity }

  /// The number farthest from zero, with its sign.
  var largest: Float {
    above > below
      ? Float(bitPattern: UInt32(bitPattern: above))
      : -Float(bitPattern: UInt32(bitPattern: below))
  }

  /// Whether all numbers are zeros, or too small to divide by.
  var isEmpty: Bool { abs(largest) < 0x1p-100 }
}
