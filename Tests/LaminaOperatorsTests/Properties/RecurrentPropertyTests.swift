import Foundation
import LaminaCore
import LaminaOperators
import Testing

/// Random recurrent layers: legal ones against the formula, others refused.
@Suite struct RecurrentPropertyTests {
  private let seed: UInt64 = 20_261_129

  /// A layer's lengths and weights; one weight may be too long.
  private struct Layer {
    var (steps, batch, width, hidden) = (0, 0, 0, 0)
    let isLegal: Bool
    let x: PlainArray
    let w: PlainArray
    let r: PlainArray

    init(gates: Int, _ numbers: inout SeededNumbers) {
      (steps, batch) = (numbers.int(1...4), numbers.int(1...3))
      (width, hidden) = (numbers.int(1...3), numbers.int(1...3))
      isLegal = !numbers.isOne(in: 5)
      let isWide = !isLegal && numbers.isOne(in: 2)
      x = numbers.array([steps, batch, width], in: -2...2)
      w = numbers.array([1, gates * hidden, width + (isWide ? 1 : 0)], in: -2...2)
      r = numbers.array([1, gates * hidden, hidden + (!isLegal && !isWide ? 1 : 0)], in: -2...2)
    }

    /// The sum of a gate's unit: inputs of a step and the state before.
    func sum(_ unit: Int, _ step: Int, _ n: Int, _ state: [Double]) -> Double {
      let inputs = (0..<width).reduce(0) { $0 + w[[0, unit, $1]] * x[[step, n, $1]] }
      return (0..<hidden).reduce(inputs) { $0 + r[[0, unit, $1]] * state[$1] }
    }

    /// The states of all steps, which `next` makes from the ones before.
    func states(_ next: (_ step: Int, _ n: Int, _ state: [Double]) -> [Double]) -> PlainArray {
      var result = PlainArray([steps, 1, batch, hidden]) { _ in 0 }
      for n in 0..<batch {
        var state = [Double](repeating: 0, count: hidden)
        for step in 0..<steps {
          state = next(step, n, state)
          for unit in 0..<hidden { result.values[(step * batch + n) * hidden + unit] = state[unit] }
        }
      }
      return result
    }
  }

  private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  @Test func simpleCellsFollowTheFormulaOrRefuse() throws {
    var numbers = SeededNumbers(seed: seed)
    for round in 0..<100 {
      let layer = Layer(gates: 1, &numbers)
      let expected: PlainArray? =
        !layer.isLegal
        ? nil
        : layer.states { step, n, state in
          (0..<layer.hidden).map { tanh(layer.sum($0, step, n, state)) }
        }
      try expect(
        RNN(hiddenSize: layer.hidden),
        [layer.x.tensor, layer.w.tensor, layer.r.tensor],
        gives: expected,
        "seed \(seed), round \(round): \(layer.x.dims) \(layer.w.dims) \(layer.r.dims)"
      )
    }
  }

  @Test func longMemoriesFollowTheFormulaOrRefuse() throws {
    var numbers = SeededNumbers(seed: seed + 1)
    for round in 0..<100 {
      let layer = Layer(gates: 4, &numbers)
      let size = layer.hidden
      var cells = [Double](repeating: 0, count: size)
      let expected: PlainArray? =
        !layer.isLegal
        ? nil
        : layer.states { step, n, state in
          if step == 0 { cells = [Double](repeating: 0, count: size) }
          // Gates in order: input, output, forget, cell.
          return (0..<size).map { unit in
            let sums = (0..<4).map { layer.sum($0 * size + unit, step, n, state) }
            cells[unit] = sigmoid(sums[2]) * cells[unit] + sigmoid(sums[0]) * tanh(sums[3])
            return sigmoid(sums[1]) * tanh(cells[unit])
          }
        }
      try expect(
        LSTM(hiddenSize: size),
        [layer.x.tensor, layer.w.tensor, layer.r.tensor],
        gives: expected,
        "seed \(seed + 1), round \(round): \(layer.x.dims) \(layer.w.dims) \(layer.r.dims)"
      )
    }
  }
}
