import LaminaCore

/// How up to four operands are repeated to one result, line by line.
struct RepeatedLines {
  /// Axes outside of a line.
  private let outer: SteppedAxes<SIMD4<Int>>
  /// Elements of a line.
  let length: Int
  /// From one element of a line to the next, for each operand: 0 or 1.
  let steps: SIMD4<Int>

  init(_ operands: [Shape], to y: Shape) {
    let strides = operands.map { $0.strides(broadcastTo: y) }
    var axes = SteppedAxes<SIMD4<Int>>()
    for axis in 0..<y.rank {
      var steps = SIMD4<Int>.zero
      for operand in operands.indices { steps[operand] = strides[operand][axis] }
      axes.append(.init(length: y[axis], steps: steps))
    }
    let line = axes.popLast() ?? .single
    outer = axes
    (length, steps) = (line.length, line.steps)
  }

  /// How many lines there are.
  var count: Int { outer.count }

  /// Calls `body` with lines one after the other, and where the operands start there.
  @inline(__always)
  func forEach(in lines: Range<Int>, _ body: (_ line: Int, _ offsets: SIMD4<Int>) -> Void) {
    outer.forEach(in: lines, body)
  }
}
