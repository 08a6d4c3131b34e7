import Glibc
import LaminaCore

/// The softmax of one line of numbers.
///
///     d = x − max(x)      e = exp(beta · d)      y = e / Σ e
///
/// In float32 and float64 only `y` is rounded. ONNX defines the operator by its steps, so that in a
/// narrower type each of `d`, `e`, `Σ e` and `y` is rounded to it. A sum of bfloat16 is rounded after
/// every addend of up to eight, and of more, as the sum of the sums of its halves; a sum of float16
/// is rounded once.
struct SoftmaxLine {
  /// How many addends are summed one after the other.
  private static let run = 8

  private let beta: Double
  /// Rounds to the narrow type; `nil` where steps keep their precision.
  private let round: (@Sendable (Double) -> Double)?
  private let roundsPartialSums: Bool

  init(_ dtype: DataType, beta: Float = 1) throws(ShapeError) {
    self.beta = Double(beta)
    let isNarrow = dtype.isFloatingPoint && dtype.bitWidth < 32
    round = isNarrow ? try dtype.rounding() : nil
    roundsPartialSums = dtype != .float16
  }

  /// Replaces the numbers of a line; a line of −∞ alone becomes NaN.
  func apply(_ line: inout [Double]) {
    let peak = line.max() ?? 0
    guard let round else {
      var total = 0.0
      for index in line.indices {
        line[index] = exp(beta * (line[index] - peak))
        total += line[index]
      }
      for index in line.indices { line[index] /= total }
      return
    }
    for index in line.indices { line[index] = round(exp(beta * round(line[index] - peak))) }
    let total = roundsPartialSums ? sum(line[...], round) : round(line.reduce(0, +))
    for index in line.indices { line[index] = round(line[index] / total) }
  }

  private func sum(_ line: ArraySlice<Double>, _ round: (Double) -> Double) -> Double {
    guard line.count > Self.run else { return line.reduce(0) { round($0 + $1) } }
    let middle = line.startIndex + line.count / 2
    return round(sum(line[..<middle], round) + sum(line[middle...], round))
  }
}
