/// Axes that several operands are walked along together, outermost first.
///
/// Axes along which all operands go on evenly are one axis.
struct SteppedAxes<Steps: SIMD> where Steps.Scalar == Int {
  struct Axis {
    var length: Int
    /// Elements from one position to the next, for each operand.
    var steps: Steps

    static var single: Self { Axis(length: 1, steps: .zero) }
  }

  private(set) var axes: [Axis] = []

  /// Adds the axis inside of those before.
  mutating func append(_ axis: Axis) {
    if axis.length == 1 { return }
    if let last = axes.last, last.steps == axis.steps &* axis.length {
      axes[axes.count - 1] = Axis(length: last.length * axis.length, steps: axis.steps)
    } else {
      axes.append(axis)
    }
  }

  /// Takes the innermost axis away.
  mutating func popLast() -> Axis? { axes.popLast() }

  mutating func remove(at index: Int) -> Axis { axes.remove(at: index) }

  /// How many positions there are.
  var count: Int { axes.reduce(1) { $0 * $1.length } }

  /// Calls `body` with positions one after the other, and where the operands are there.
  @inline(__always)
  func forEach(in positions: Range<Int>, _ body: (_ position: Int, _ offsets: Steps) -> Void) {
    let inner = axes.last ?? .single
    var position = positions.lowerBound
    while position < positions.upperBound {
      // Along the innermost axis each offset follows from the one before.
      let left = inner.length - position % inner.length
      let end = min(position + left, positions.upperBound)
      var offsets = offsets(at: position)
      while position < end {
        body(position, offsets)
        offsets &+= inner.steps
        position += 1
      }
    }
  }

  private func offsets(at position: Int) -> Steps {
    var (rest, offsets) = (position, Steps.zero)
    for axis in axes.reversed() {
      offsets &+= axis.steps &* (rest % axis.length)
      rest /= axis.length
    }
    return offsets
  }
}
