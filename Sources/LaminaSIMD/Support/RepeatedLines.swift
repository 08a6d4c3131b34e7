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

  /// Where the operands start at a line.
  func offsets(at line: Int) -> SIMD4<Int> { outer.offsets(at: line) }
}
