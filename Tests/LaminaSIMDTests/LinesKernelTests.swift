import CLaminaKernels
import Foundation
import LaminaSIMD
import Testing

@Suite struct LinesKernelTests {
  static let lengths = [1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 100, 1001]

  @Test(arguments: InstructionSet.available, lengths)
  func softmaxSumsToOneAndFollowsTheFormula(set: InstructionSet, count: Int) {
    var source = NumberSource(seed: 5)
    let x = source.floats(3 * count, in: -20...20)
    var y = [Float](repeating: 0, count: 3 * count)
    set.kernels.f32_softmax(x, &y, 3, count, 0.5, false)
    var logarithms = y
    set.kernels.f32_softmax(x, &logarithms, 3, count, 0.5, true)
    for line in 0..<3 {
      let values = x[line * count..<(line + 1) * count].map { exp(Double($0) * 0.5) }
      let total = values.reduce(0, +)
      for i in 0..<count {
        #expect(abs(Double(y[line * count + i]) - values[i] / total) < 1e-6)
        #expect(abs(Double(logarithms[line * count + i]) - log(values[i] / total)) < 1e-5)
      }
    }
  }

  @Test(arguments: InstructionSet.available, lengths)
  func reductionsAgreeWithPlainLoops(set: InstructionSet, count: Int) {
    var source = NumberSource(seed: 6)
    for inner in [1, 2, 5, 16, 67] {
      let x = source.floats(2 * count * inner)
      var y = [Float](repeating: 0, count: 2 * inner)
      for (reduction, start, join) in Self.reductions {
        set.kernels.f32_reduce(reduction, x, &y, 2, count, inner, 0.5)
        for o in 0..<2 {
          for i in 0..<inner {
            let line = (0..<count).map { Double(x[(o * count + $0) * inner + i]) }
            let expected = 0.5 * line.reduce(start, join)
            #expect(abs(Double(y[o * inner + i]) - expected) < 1e-6 * Double(count) + 1e-6)
          }
        }
      }
    }
  }

  static let reductions: [(lamina_reduction, Double, @Sendable (Double, Double) -> Double)] = [
    (lamina_reduction_sum, 0, { $0 + $1 }), (lamina_reduction_maximum, -.infinity, { max($0, $1) }),
    (lamina_reduction_minimum, .infinity, { min($0, $1) }),
    (lamina_reduction_square_sum, 0, { $0 + $1 * $1 }),
    (lamina_reduction_absolute_sum, 0, { $0 + abs($1) }),
    (lamina_reduction_product, 1, { $0 * $1 }),
  ]

  @Test(arguments: InstructionSet.available, lengths)
  func normalisedLinesHaveNoMeanAndUnitVariance(set: InstructionSet, count: Int) {
    var source = NumberSource(seed: 8)
    let x = source.floats(count, in: 5...9)
    let gain = source.floats(count)
    let offset = source.floats(count)
    var y = [Float](repeating: 0, count: count)
    set.kernels.f32_normalize(x, gain, offset, &y, 1, count, 1e-3)
    let mean = x.map(Double.init).reduce(0, +) / Double(count)
    let variance = x.map { pow(Double($0) - mean, 2) }.reduce(0, +) / Double(count)
    for i in 0..<count {
      let expected = (Double(x[i]) - mean) / sqrt(variance + 1e-3) * Double(gain[i])
      #expect(abs(Double(y[i]) - expected - Double(offset[i])) < 1e-4)
    }
  }

  @Test(arguments: InstructionSet.available, [1, 2, 15, 16, 17, 40])
  func transposingTurnsRowsIntoColumns(set: InstructionSet, columns: Int) {
    let rows = 19
    let x = (0..<UInt32(rows * columns)).map { $0 }
    var y = [UInt32](repeating: 0, count: rows * columns)
    set.kernels.x32_transpose(x, &y, rows, columns, columns, rows)
    #expect(
      (0..<rows).allSatisfy { r in
        (0..<columns).allSatisfy { c in y[c * rows + r] == x[r * columns + c] }
      }
    )
  }
}
