import LaminaCore
import Testing

@Suite struct QuantizationTests {
  @Test func blocksHaveScalesAtEveryPositionOfTheOtherAxes() throws {
    let codes = Tensor([2, 3, 2], [Int8](1...12))
    let blocks = Quantization.Blocks(axis: 1, length: 2)
    // Two blocks, of two rows and of one, for each of two columns.
    let quantization = Quantization(scales: [1, 10, 2, 20, 3, 30, 4, 40], blocks: blocks)
    let reals = try codes.with(quantization: quantization).dequantized()
    #expect(try reals.floats() == [1, 20, 3, 40, 10, 120, 21, 240, 27, 300, 44, 480])
    let back = try reals.quantized(to: .int8, quantization)
    #expect(try back.ints() == Array(1...12))
  }

  @Test func scalesRunAlongTheirAxis() throws {
    let codes = Tensor([2, 3, 2], [Int8](1...12))
    let outer = Quantization(scales: [1, 10], zeroPoints: [0, 1], axis: 0)
    #expect(
      try codes.with(quantization: outer).dequantized().floats()
        == [1, 2, 3, 4, 5, 6, 60, 70, 80, 90, 100, 110]
    )
    let middle = Quantization(scales: [1, 10, 100], zeroPoints: [0, 0, 0], axis: 1)
    #expect(
      try codes.with(quantization: middle).dequantized(to: .float64).doubles()
        == [1, 2, 30, 40, 500, 600, 7, 8, 90, 100, 1100, 1200]
    )
    let last = Quantization(scales: [1, 10], zeroPoints: [1, 0], axis: 2)
    #expect(
      try codes.with(quantization: last).dequantized().floats()
        == [0, 20, 2, 40, 4, 60, 6, 80, 8, 100, 10, 120]
    )
  }

  @Test func scalesThatDoNotFitAreRefused() throws {
    let codes = Tensor([2, 3], [Int8](1...6))
    var quantizations = [3, 5].map { count in
      Quantization(
        scales: [Float](repeating: 1, count: count),
        blocks: Quantization.Blocks(axis: 1, length: 2)
      )
    }
    quantizations.append(Quantization(scales: [1, 1], zeroPoints: [0], axis: 0))
    quantizations.append(Quantization(scales: [1, 1], zeroPoints: [0, 0], axis: 1))
    for quantization in quantizations {
      #expect(throws: ShapeError.self) {
        try codes.with(quantization: quantization).dequantized()
      }
    }
  }
}
