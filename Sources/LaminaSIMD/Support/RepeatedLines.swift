import LaminaCore

/// How up to four operands are repeated to one result, line by line.
///
/// Axes along which all operands go on evenly are one axis.
struct RepeatedLines {
  private struct Axis {
    var length: Int
    var steps: SIMD4<Int>
  }

  /// Axes outside of a line, outermost first.
  private let outer: [Axis]
  /// Elements of a line.
  let length: Int
  /// From one element of a line to the next, for each operand: 0 or 1.
  let steps: SIMD4<Int>
  /// How many lines there are.
  let count: Int

  init(_ operands: [Shape], to y: Shape) {
    let strides = operands.map { $0.strides(broadcastTo: y) }
    var axes: [Axis] = []
    for axis in 0..<y.rank where y[axis] != 1 {
      var next = Axis(length: y[axis], steps: SIMD4(repeating: 0))
      for operand in operands.indices { next.steps[operand] = strides[operand][axis] }
      if let last = axes.last, last.steps == next.steps &* next.length {
        axes[axes.count - 1] = Axis(length: last.length * next.length, steps: next.steps)
      } else {
        axes.append(next)
      }
    }
    let line = axes.popLast() ?? Axis(length: 1, steps: SIMD4(repeating: 0))
    outer = axes
    (length, steps) = (line.length, line.steps)
    count = axes.reduce(1) { $0 * $1.length }
  }

  /// Where the operands start at a line.
  func offsets(at line: Int) -> SIMD4<Int> {
    var (rest, offsets) = (line, SIMD4(repeating: 0))
    for axis in outer.reversed() {
      offsets &+= axis.steps &* (rest % axis.length)
      rest /= axis.length
    }
    return offsets
  }
}
