import LaminaCore
import LaminaOperators
import Testing

/// Random windows: legal ones against the formula, others refused.
@Suite struct WindowPropertyTests {
  private let seed: UInt64 = 20_261_126

  /// One spatial axis with a window on it.
  private struct Line {
    var length: Int
    var size: Int
    var stride: Int
    var dilation: Int
    var before: Int
    var after: Int

    init(_ numbers: inout SeededNumbers) {
      length = numbers.int(1...9)
      size = numbers.int(numbers.isOne(in: 12) ? 0...1 : 1...4)
      stride = numbers.int(numbers.isOne(in: 12) ? -1...1 : 1...3)
      dilation = numbers.int(numbers.isOne(in: 12) ? 0...1 : 1...3)
      (before, after) = (numbers.int(0...2), numbers.int(0...2))
    }

    var window: Window {
      Window(
        size: [size],
        strides: [stride],
        dilations: [dilation],
        padding: .explicit(before: [before], after: [after])
      )
    }

    /// The positions of the output; `nil` when the window does not fit or is none.
    var count: Int? {
      let room = length + before + after - (size - 1) * dilation - 1
      return size > 0 && stride > 0 && dilation > 0 && room >= 0 ? room / stride + 1 : nil
    }

    /// The tap and the place of each element under the window at an output position.
    func taps(_ position: Int) -> [(tap: Int, place: Int)] {
      (0..<size).map { ($0, position * stride + $0 * dilation - before) }
        .filter { (0..<length).contains($0.1) }
    }
  }

  @Test func convolutionsFollowTheFormulaOrRefuse() throws {
    var numbers = SeededNumbers(seed: seed)
    for round in 0..<300 {
      let line = Line(&numbers)
      let (groups, inputs, outputs) = (numbers.int(1...2), numbers.int(1...3), numbers.int(1...3))
      let isFitting = !numbers.isOne(in: 8)
      let x = numbers.array([numbers.int(1...2), groups * inputs, line.length])
      let w = numbers.array(
        [groups * outputs, isFitting ? inputs : inputs + 1, max(line.size, 0)]
      )
      let bias = numbers.array([groups * outputs])
      let expected = line.count.map { count in
        PlainArray([x.dims[0], groups * outputs, count]) { index in
          let first = index[1] / outputs * inputs
          return (0..<inputs).reduce(bias[[index[1]]]) { sum, channel in
            line.taps(index[2]).reduce(sum) {
              $0 + w.values[(index[1] * inputs + channel) * line.size + $1.tap]
                * x.values[(index[0] * groups * inputs + first + channel) * line.length + $1.place]
            }
          }
        }
      }
      try expect(
        Conv(window: line.window, groups: groups),
        [x.tensor, w.tensor, bias.tensor],
        gives: isFitting ? expected : nil,
        "seed \(seed), round \(round): \(x.dims) \(w.dims) \(line)"
      )
    }
  }

  @Test func poolsFollowTheFormulaOrRefuse() throws {
    var numbers = SeededNumbers(seed: seed + 1)
    for round in 0..<300 {
      let line = Line(&numbers)
      let x = numbers.array([1, 2, line.length])
      func elements(_ index: [Int]) -> [Double] {
        line.taps(index[2]).map { x.values[index[1] * line.length + $0.place] }
      }
      let text = "seed \(seed + 1), round \(round): \(line)"
      // What no element is under has another meaning in each framework.
      let isFull = (0..<(line.count ?? 0)).allSatisfy { !line.taps($0).isEmpty }
      guard isFull else { continue }
      try expect(
        MaxPool(window: line.window),
        [x.tensor],
        gives: line.count.map { PlainArray([1, 2, $0]) { elements($0).max() ?? 0 } },
        text
      )
      try expect(
        AveragePool(window: line.window),
        [x.tensor],
        gives: line.count.map { count in
          PlainArray([1, 2, count]) { index in
            let covered = elements(index)
            return covered.reduce(0, +) / Double(covered.count)
          }
        },
        text
      )
    }
  }
}
