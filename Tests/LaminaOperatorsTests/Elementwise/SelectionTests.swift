import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

@Suite struct SelectionTests {
  @Test func whereTakesFromEitherSide() throws {
    let condition = Tensor([2, 1], [true, false])
    let a = Tensor([2], [Int32(1), 2])
    let b = Tensor([], [Int32(9)])
    expectClose(try Where().evaluate([condition, a, b])[0], Tensor([2, 2], [Int32(1), 2, 9, 9]))
    let words = try Where().evaluate([
      Tensor([2], [false, true]), Tensor([], strings: ["yes"]), Tensor([], strings: ["no"]),
    ])[0]
    #expect(words.strings == ["no", "yes"])
    expectRefused(Where(), floatTypes([1], [1], [1]))
  }

  @Test func selectPicksWholeRowsByAShortCondition() throws {
    let a = counting([2, 2])
    let b = counting([2, 2], from: 10)
    let rows = try Select().evaluate([Tensor([2], [true, false]), a, b])[0]
    expectClose(rows, Tensor([2, 2], [Float(0), 1, 12, 13]))
    let all = try Select().evaluate([Tensor(scalar: false), a, b])[0]
    expectClose(all, b)
    expectRefused(
      Select(),
      [TensorType(.bool, [3]), TensorType(.int8, [2, 2]), TensorType(.int8, [2, 2])]
    )
  }

  @Test func clipLimitsFromBothSides() throws {
    let x = Tensor([4], [Float(-2), 0.5, 2, .nan])
    expectClose(
      try Clip(low: -1, high: 1).evaluate([x])[0],
      Tensor([4], [Float(-1), 0.5, 1, .nan])
    )
    let integers = Tensor([3], [Int8(-5), 0, 5])
    let limit = Tensor([], [Int8(2)])
    expectClose(
      try Clip().evaluate([integers, nil, limit])[0],
      Tensor([3], [Int8(-5), 0, 2])
    )
    expectClose(
      try Clip(low: 3, high: -3).evaluate([x])[0].reshaped(to: [4]),
      Tensor([4], [Float(-3), -3, -3, .nan])
    )
    expectRefused(Clip(), floatTypes([2], [2]))
  }

  @Test func variadicFunctionsTakeAnyNumber() throws {
    let inputs: TensorInputs = [
      Tensor([2], [Int32(1), 4]), Tensor([2], [Int32(3), 2]), Tensor([1], [Int32(2)]),
    ]
    let answers: [(VariadicElementwise.Function, [Int32])] = [
      (.sum, [6, 8]), (.mean, [2, 2]), (.max, [3, 4]), (.min, [1, 2]),
    ]
    for (function, expected) in answers {
      expectClose(try VariadicElementwise(function).evaluate(inputs)[0], Tensor([2], expected))
    }
    expectRefused(VariadicElementwise(.sum), [])
    expectRefused(VariadicElementwise(.sum), floatTypes([2], [3]))
  }

  @Test func preluScalesNegativesByTheirSlope() throws {
    let x = Tensor([2, 2], [Float(-1), -2, 3, -4])
    let y = try PRelu().evaluate([x, Tensor([2], [Float(0.5), 2])])[0]
    expectClose(y, Tensor([2, 2], [Float(-0.5), -4, 3, -8]))
    let doubles = try PRelu().evaluate([Tensor([1], [-2.0]), Tensor([1], [0.25])])[0]
    expectClose(doubles, Tensor([1], [-0.5]))
    expectRefused(PRelu(), floatTypes([2], [2, 2]))
  }

  @Test func swigluGatesOneTensorByAnother() throws {
    let y = try SwiGLU().evaluate([Tensor([2], [Float(0), 1]), Tensor([2], [Float(5), 2])])[0]
    expectClose(y, Tensor([2], [Float(0), 1.4621172]))
    expectRefused(SwiGLU(), floatTypes([2], [1]))
  }

  @Test func bucketizeCountsBoundariesBelow() throws {
    let op = Bucketize(boundaries: [0, 10, 100])
    let y = try op.evaluate([Tensor([4], [Float(-5), 10, 50, 1000])])[0]
    expectClose(y, Tensor([4], [Int32(0), 2, 2, 3]))
    expectRefused(Bucketize(boundaries: [1, 0]), floatTypes([1]))
  }

  @Test func identityGivesItsInputBack() throws {
    let x = Tensor([1], strings: ["x"])
    #expect(try Identity().evaluate([x])[0].strings == ["x"])
    let values = try IdentityValue().evaluate(values: [.sequence([.tensor(x)])])
    #expect(try values[0].sequence.count == 1)
    expectRefused(Identity(), floatTypes([1], [1]))
  }
}

@Suite struct DropoutTests {
  @Test func nothingHappensOutsideOfTraining() throws {
    let x = counting([3])
    let outputs = try Dropout(ratio: 0.9).evaluate([x])
    expectClose(outputs[0], x)
    expectClose(outputs[1], Tensor([3], [true, true, true]))
  }

  /// The mask is NumPy's: `numpy.random.seed(0); numpy.random.uniform(size=4) >= 0.6` is false,
  /// true, true, false.
  @Test func trainingDropsBySeedAndScalesTheRest() throws {
    let x = Tensor([4], [Float(1), 2, 3, 4])
    let outputs = try Dropout(ratio: 0.6, seed: 0, isTraining: true).evaluate([x])
    expectClose(outputs[0], Tensor([4], [Float(0), 5, 7.5, 0]), within: 1e-5)
    expectClose(outputs[1], Tensor([4], [false, true, true, false]))
  }

  @Test func aRatioOfOneIsRefused() {
    #expect(throws: ShapeError.self) {
      try Dropout(ratio: 1, isTraining: true).evaluate([counting([1])])
    }
  }
}
