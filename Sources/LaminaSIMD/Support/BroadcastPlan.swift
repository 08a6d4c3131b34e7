import CLaminaKernels
import LaminaCore
import LaminaRuntime

/// How two operands are repeated to one result: a few outer axes, lines, and steps within a line.
struct BroadcastPlan {
  /// Operands a and b.
  private typealias Axes = SteppedAxes<SIMD2<Int>>

  /// Axes outside of the two that the kernel walks.
  private let outer: Axes
  let shape: lamina_pairing
  let count: Int
  /// The operand whose line is written side by side before the run, and how often.
  private let repeated: Operand
  private let times: Int

  private enum Operand: Int {
    case a, b

    var other: Self { self == .a ? .b : .a }
  }

  /// Elements of a line above which it is long enough.
  private static let longLine = 64

  init(a: Shape, b: Shape, y: Shape, low: Float, high: Float) throws(Refusal) {
    count = try y.known()
    let aStrides = a.strides(broadcastTo: y)
    let bStrides = b.strides(broadcastTo: y)
    var axes = Axes()
    for axis in 0..<y.rank {
      axes.append(.init(length: y[axis], steps: [aStrides[axis], bStrides[axis]]))
    }
    var line = axes.popLast() ?? .single
    var lines = axes.popLast() ?? .single
    outer = axes
    (repeated, times) = Self.join(&lines, &line, inside: axes.axes)
    shape = lamina_pairing(
      outer: lines.length,
      inner: line.length,
      a_outer: lines.steps[0],
      a_inner: line.steps[0],
      b_outer: lines.steps[1],
      b_inner: line.steps[1],
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
    _ lines: inout Axes.Axis,
    _ line: inout Axes.Axis,
    inside outer: [Axes.Axis]
  ) -> (Operand, times: Int) {
    let all = outer + [lines]
    let repeated: Operand = all.allSatisfy { $0.steps[0] == 0 } ? .a : .b
    let most = longLine * 2 / max(line.length, 1)
    guard line.length < longLine, line.steps == SIMD2(repeating: 1),
      all.allSatisfy({ $0.steps[repeated.rawValue] == 0 }),
      lines.steps[repeated.other.rawValue] == line.length,
      let times = (1...most).last(where: { lines.length % $0 == 0 }), times > 1
    else { return (repeated, 1) }
    line.length *= times
    lines = .init(length: lines.length / times, steps: lines.steps &* times)
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

  /// Calls `body` with the parts of the work: where the operands and the result start, and the
  /// lines and their length.
  func forEachPart(
    _ context: StepContext,
    _ body: (_ a: Int, _ b: Int, _ y: Int, _ part: lamina_pairing) -> Void
  ) {
    let plane = shape.outer * shape.inner
    if outer.axes.isEmpty {
      return forEachLinePart(context, body)
    }
    context.forParts(of: outer.count, work: count * 4) { positions in
      outer.forEach(in: positions) { position, offsets in
        body(offsets[0], offsets[1], position * plane, shape)
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
