import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

@Suite struct ProductTests {
  @Test func matMulMultipliesStacksThatBroadcast() throws {
    let a = counting([2, 1, 2], from: 1)
    let b = counting([2, 2], from: 1)
    let y = try MatMul().evaluate([a, b])[0]
    expectClose(y, Tensor([2, 1, 2], [Float(7), 10, 15, 22]))
  }

  @Test func matMulTakesVectorsAsRowsAndColumns() throws {
    let v = Tensor([2], [Float(1), 10])
    let m = counting([2, 2], from: 1)
    expectClose(try MatMul().evaluate([v, m])[0], Tensor([2], [Float(31), 42]))
    expectClose(try MatMul().evaluate([m, v])[0], Tensor([2], [Float(21), 43]))
    expectClose(try MatMul().evaluate([v, v])[0], Tensor(scalar: Float(101)))
  }

  @Test(arguments: [(false, false), (true, false), (false, true), (true, true)])
  func matMulTransposesEitherFactor(a: Bool, b: Bool) throws {
    // a = (1 2 3; 4 5 6), b = (1 2; 3 4; 5 6)
    let left = a ? Tensor([3, 2], [Float(1), 4, 2, 5, 3, 6]) : counting([2, 3], from: 1)
    let right = b ? Tensor([2, 3], [Float(1), 3, 5, 2, 4, 6]) : counting([3, 2], from: 1)
    let y = try MatMul(transposesA: a, transposesB: b, alpha: 2).evaluate([left, right])[0]
    expectClose(y, Tensor([2, 2], [Float(44), 56, 98, 128]))
  }

  @Test func wholeNumbersWrapAround() throws {
    let a = Tensor([1, 1], [Int32.max])
    let y = try MatMul().evaluate([a, Tensor([1, 1], [Int32(2)])])[0]
    expectClose(y, Tensor([1, 1], [Int32(-2)]))
  }

  @Test func aProductOverNothingIsZero() throws {
    let y = try MatMul().evaluate([
      Tensor(zeros: .float32, [2, 0]), Tensor(zeros: .float32, [0, 3]),
    ])[0]
    expectClose(y, try Tensor(zeros: .float32, [2, 3]))
  }

  @Test func matMulRefusesLengthsThatDiffer() throws {
    try expectShapes(MatMul(), floatTypes([5, 1, 2, 3], [4, 3, 7]), [[5, 4, 2, 7]])
    expectRefused(MatMul(), floatTypes([2, 3], [2, 3]))
    expectRefused(MatMul(), floatTypes([2, 2, 3], [3, 3, 3]))
    expectRefused(MatMul(), floatTypes([], [3]))
  }

  @Test func gemmAddsAThirdMatrix() throws {
    let op = Gemm(alpha: 2, beta: 10, transposesB: true)
    let y = try op.evaluate([
      Tensor([1, 2], [Float(1), 2]), Tensor([2, 2], [Float(1), 1, 3, 4]),
      Tensor([2], [Float(1), 2]),
    ])[0]
    expectClose(y, Tensor([1, 2], [Float(16), 42]))
    expectRefused(op, floatTypes([1, 2], [2, 2], [3]))
    expectRefused(op, floatTypes([1, 2, 3], [2, 2]))
  }

  @Test func fullyConnectedTakesLinesOfAnyShape() throws {
    let x = counting([2, 2, 1], from: 1)
    let w = Tensor([1, 2], [Float(1), 10])
    let y = try FullyConnected().evaluate([x, w, Tensor([1], [Float(100)])])[0]
    expectClose(y, Tensor([2, 1], [Float(121), 143]))
    let kept = FullyConnected(keepsDimensions: true)
    try expectShapes(kept, floatTypes([3, 4, 2], [5, 2]), [[3, 4, 5]])
    expectRefused(FullyConnected(), floatTypes([3], [5, 2]))
    expectRefused(FullyConnected(), floatTypes([4], [5, 0]))
  }

  @Test(arguments: [
    ("ij,jk->ik", [19, 22, 43, 50] as [Float], Shape([2, 2])),
    ("ij,jk", [19, 22, 43, 50], Shape([2, 2])),
    ("ij,ij->i", [17, 53], Shape([2])),
    ("ij,kl->", [260], Shape([])),
    ("...j,...j->...", [17, 53], Shape([2])),
    ("ii,jj->", [65], Shape([])),
  ])
  func einsumSumsWhatTheEquationNames(equation: String, values: [Float], shape: Shape) throws {
    let inputs: TensorInputs = [counting([2, 2], from: 1), counting([2, 2], from: 5)]
    expectClose(try Einsum(equation: equation).evaluate(inputs)[0], Tensor(shape, values))
  }

  @Test(arguments: ["ij", "ij,jk,kl->il", "ij,jk->iz", "i1,jk->i", "ijk,jk->i", "ij->jk->i"])
  func einsumRefusesEquationsThatDoNotFit(equation: String) {
    expectRefused(Einsum(equation: equation), floatTypes([2, 2], [2, 3]))
  }

  @Test func detTakesEachMatrix() throws {
    let x = Tensor([2, 2, 2], [Float(1), 2, 3, 4, 0, 1, 1, 0])
    expectClose(try Det().evaluate([x])[0], Tensor([2], [Float(-2), -1]))
    let singular = Tensor([2, 2], [Float(1), 2, 2, 4])
    expectClose(try Det().evaluate([singular])[0], Tensor(scalar: Float(0)))
    expectRefused(Det(), floatTypes([2, 3]))
  }

  @Test func matMulIntegerTakesZeroPointsOfRowsAndColumns() throws {
    let a = Tensor([2, 2], [UInt8(2), 3, 4, 5])
    let b = Tensor([2, 2], [Int8(1), 2, 3, 4])
    let y = try MatMulInteger().evaluate([
      a, b, Tensor([2], [UInt8(1), 4]), Tensor([2], [Int8(0), 2]),
    ])[0]
    // (1 2; 0 1) · (1 0; 3 2)
    expectClose(y, Tensor([2, 2], [Int32(7), 4, 3, 2]))
    expectRefused(MatMulInteger(), floatTypes([2, 2], [2, 2]))
  }

  @Test func qLinearMatMulRoundsHalfToEven() throws {
    let y = try QLinearMatMul().evaluate([
      Tensor([1, 1], [UInt8(5)]), Tensor(scalar: Float(0.5)), Tensor(scalar: UInt8(0)),
      Tensor([1, 3], [Int8(1), 3, 100]), Tensor(scalar: Float(1)), Tensor(scalar: Int8(0)),
      Tensor(scalar: Float(1)), Tensor(scalar: UInt8(10)),
    ])[0]
    // 2.5, 7.5 and 250
    expectClose(y, Tensor([1, 3], [UInt8(12), 18, 255]))
  }
}
