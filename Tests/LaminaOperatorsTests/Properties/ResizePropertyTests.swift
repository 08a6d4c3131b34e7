import Foundation
import LaminaCore
import LaminaOperators
import Testing

/// Random lengths of resized lines: legal ones against the formula, others refused.
@Suite struct ResizePropertyTests {
  private let seed: UInt64 = 20_261_128

  /// Where a position of the result lies in the line.
  private func place(_ i: Int, _ from: Int, _ to: Int, _ rule: Resize.Coordinates) -> Double {
    let ratio = Double(to) / Double(from)
    switch rule {
    case .asymmetric: return Double(i) / ratio
    case .alignCorners: return to == 1 ? 0 : Double(i * (from - 1)) / Double(to - 1)
    default: return (Double(i) + 0.5) / ratio - 0.5
    }
  }

  @Test func resizedLinesFollowTheFormulaOrAreRefused() throws {
    var numbers = SeededNumbers(seed: seed)
    for round in 0..<300 {
      let x = numbers.array([2, numbers.int(1...7)])
      let (from, to) = (x.dims[1], numbers.int(1...12))
      let rule = [Resize.Coordinates.halfPixel, .alignCorners, .asymmetric][numbers.int(0...2)]
      let isLinear = numbers.isOne(in: 2)
      let expected = PlainArray([2, to]) { index in
        let place = place(index[1], from, to, rule)
        func element(_ position: Double) -> Double {
          x[[index[0], Int(min(max(position, 0), Double(from - 1)))]]
        }
        // Of two neighbours as near the lower one.
        guard isLinear else { return element((place - 0.5 - 1e-9).rounded(.up)) }
        let inside = min(max(place, 0), Double(from - 1))
        let part = inside - inside.rounded(.down)
        return (1 - part) * element(inside.rounded(.down))
          + part * element(inside.rounded(.down) + 1)
      }
      let isLegal = !numbers.isOne(in: 6)
      let sizes =
        isLegal ? [2, Int64(to)] : [[2, -1], [Int64(to)], [2, 3, 4]][numbers.int(0...2)]
      try expect(
        Resize(mode: isLinear ? .linear : .nearest, coordinates: rule),
        TensorInputs([x.tensor, nil, nil, Tensor([sizes.count], sizes)]),
        gives: isLegal ? expected : nil,
        "seed \(seed), round \(round): \(x.dims) to \(sizes) \(rule) \(isLinear)"
      )
    }
  }
}
