import CLaminaKernels
import LaminaCore
import LaminaRuntime

/// How two operands are repeated to one result: a few outer axes, lines, and steps within a line.
struct BroadcastPlan {
  /// One axis of the result with the operands' strides along it, outermost first.
  struct Axis {
    var length: Int
    var a: Int
    var b: Int
  }

  /// Axes outside of the two that the kernel walks.
  let outer: [Axis]
  let shape: lamina_pairing
  let count: Int
  /// The operand whose line is written side by side before the run, and how often.
  private let repeated: Operand
  private let times: Int

  private enum Operand { case a, b }

  /// Elements of a line above which it is long enough.
  private static let longLine = 64

  init(a: Shape, b: Shape, y: Shape, low: Float, high: Float) throws(Refusal) {
    count = try y.known()
    let aStrides = a.strides(broadcastTo: y)
    let bStrides = b.strides(broadcastTo: y)
    var axes: [Axis] = []
    for axis in 0..<y.rank where y[axis] != 1 {
      let next = Axis(length: y[axis], a: aStrides[axis], b: bStrides[axis])
      if let last = axes.last, last.a == next.a * next.length, last.b == next.b * next.length {
        axes[axes.count - 1] = Axis(length: last.length * next.length, a: next.a, b: next.b)
      } else {
        axes.append(next)
      }
    }
    var line = axes.popLast() ?? Axis(length: 1, a: 0, b: 0)
    var lines = axes.popLast() ?? Axis(length: 1, a: 0, b: 0)
    outer = axes
    (repeated, times) = Self.join(&lines, &line, inside: axes)
    shape = lamina_pairing(
      outer: lines.length,
      inner: line.length,
      a_outer: lines.a,
      a_inner: line.a,
      b_outer: lines.b,
      b_inner: line.b,
      y_outer: line.length,
      low: low,
      high: high
    )
  }

  /// Makes short lines, such as an image's three channels, longer when one operand has the same in
  /// all of them: a line costs as much as a vector.
  ///
  /// - Returns: the operand that repeats, and how many of its lines make one.
  private static func join(
    _ lines: inout Axis,
    _ line: inout Axis,
    inside outer: [Axis]
  ) -> (Operand, times: Int) {
    let all = outer + [lines]
    let repeated: Operand = all.allSatisfy { $0.a == 0 } ? .a : .b
    let (same, other) = repeated == .a ? (\Axis.a, \Axis.b) : (\Axis.b, \Axis.a)
    let most = longLine * 2 / max(line.length, 1)
    guard line.length < longLine, line.a == 1, line.b == 1,
      all.allSatisfy({ $0[keyPath: same] == 0 }), lines[keyPath: other] == line.length,
      let times = (1...most).last(where: { lines.length % $0 == 0 }), times > 1
    else { return (repeated, 1) }
    line.length *= times
    lines = Axis(length: lines.length / times, a: lines.a * times, b: lines.b * times)
    return (repeated, times)
  }

  /// Calls `body` with the operands, of which one that repeats is written side by side.
  func withOperands(
    _ a: UnsafeRawPointer,
    _ b: UnsafeRawPointer,
    elementByteCount: Int,
    _ body: (UnsafeRawPointer, UnsafeRawPointer) -> Void
  ) {
    guard times > 1 else { return body(a, b) }
    let byteCount = shape.inner / times * elementByteCount
    withUnsafeTemporaryAllocation(byteCount: byteCount * times, alignment: 64) { lines in
      guard let base = lines.baseAddress else { return }
      for index in 0..<times {
        (base + index * byteCount).copyMemory(from: repeated == .a ? a : b, byteCount: byteCount)
      }
      if repeated == .a { body(base, b) } else { body(a, base) }
    }
  }

  /// Positions of the outer axes.
  var outerCount: Int { outer.reduce(1) { $0 * $1.length } }

  /// Where the operands start at an outer position.
  func offsets(at position: Int) -> (a: Int, b: Int) {
    var (rest, a, b) = (position, 0, 0)
    for axis in outer.reversed() {
      let index = rest % axis.length
      rest /= axis.length
      a += index * axis.a
      b += index * axis.b
    }
    return (a, b)
  }

  /// Calls `body` with the parts of the work: where the operands and the result start, and the
  /// lines and their length.
  func forEachPart(
    _ context: StepContext,
    _ body: (_ a: Int, _ b: Int, _ y: Int, _ part: lamina_pairing) -> Void
  ) {
    let plane = shape.outer * shape.inner
    if outer.isEmpty {
      return forEachLinePart(context, body)
    }
    context.forParts(of: outerCount, work: count * 4) { positions in
      for position in positions {
        let (a, b) = offsets(at: position)
        body(a, b, position * plane, shape)
      }
    }
  }

  private func forEachLinePart(
    _ context: StepContext,
    _ body: (_ a: Int, _ b: Int, _ y: Int, _ part: lamina_pairing) -> Void
  ) {
    if shape.outer == 1 {
      return context.forParts(of: shape.inner, work: count * 4) { part in
        var line = shape
        line.inner = part.count
        body(
          part.lowerBound * shape.a_inner,
          part.lowerBound * shape.b_inner,
          part.lowerBound,
          line
        )
      }
    }
    context.forParts(of: shape.outer, work: count * 4) { part in
      var lines = shape
      lines.outer = part.count
      body(
        part.lowerBound * shape.a_outer,
        part.lowerBound * shape.b_outer,
        part.lowerBound * shape.inner,
        lines
      )
    }
  }
}
