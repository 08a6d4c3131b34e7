import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

@Suite struct NormalizationTests {
  let parameters: [Tensor] = [
    Tensor([2], [Float(2), 1]), Tensor([2], [Float(0), 5]), Tensor([2], [Float(1), 2]),
    Tensor([2], [Float(4), 1]),
  ]

  @Test func batchNormUsesGivenMoments() throws {
    let x = Tensor([1, 2, 2], [Float(1), 3, 2, 4])
    let y = try BatchNorm(epsilon: 0).evaluate(TensorInputs([x] + parameters))[0]
    expectClose(y, Tensor([1, 2, 2], [Float(0), 2, 5, 7]))
    expectRefused(BatchNorm(), floatTypes([1, 3, 2], [2], [2], [2], [2]))
  }

  @Test func batchNormInTrainingUsesItsOwnAndKeepsARunningMean() throws {
    let x = Tensor([1, 2, 2], [Float(1), 3, 2, 4])
    let op = BatchNorm(epsilon: 0, momentum: 0.5, isTraining: true)
    let outputs = try op.evaluate(TensorInputs([x] + parameters))
    expectClose(outputs[0], Tensor([1, 2, 2], [Float(-2), 2, 4, 6]))
    expectClose(outputs[1], Tensor([2], [Float(1.5), 2.5]))
    expectClose(outputs[2], Tensor([2], [Float(2.5), 1]))
  }

  @Test func instanceNormTakesEachPlane() throws {
    let x = Tensor([1, 2, 2], [Float(1), 3, 10, 30])
    let y = try InstanceNorm(epsilon: 0).evaluate([x, parameters[0], parameters[1]])[0]
    expectClose(y, Tensor([1, 2, 2], [Float(-2), 2, 4, 6]))
    expectRefused(InstanceNorm(), floatTypes([1, 2, 2], [3], [2]))
    expectRefused(InstanceNorm(), floatTypes([1, 2], [2], [2]))
  }

  @Test func layerNormGivesItsMoments() throws {
    let x = Tensor([2, 2], [Float(1), 3, 5, 5])
    let outputs = try LayerNorm(epsilon: 3).evaluate([x, parameters[0], parameters[1]])
    // Variances 1 and 0: inverses 1/2 and 1/√3.
    expectClose(outputs[0], Tensor([2, 2], [Float(-1), 5.5, 0, 5]))
    expectClose(outputs[1], Tensor([2, 1], [Float(2), 5]))
    expectClose(outputs[2], Tensor([2, 1], [Float(0.5), 0.57735027]))
    expectRefused(LayerNorm(), floatTypes([2, 2], [3]))
    expectRefused(LayerNorm(axis: 2), floatTypes([2, 2], [2]))
  }

  @Test func rmsNormDividesByTheRoot() throws {
    let x = Tensor([1, 2], [Float(1), 7])
    let y = try RMSNorm(epsilon: 0).evaluate([x, Tensor([2], [Float(10), 1])])[0]
    expectClose(y, Tensor([1, 2], [Float(2), 1.4]))
    expectRefused(RMSNorm(), floatTypes([1, 2], [3]))
  }

  @Test func groupNormTakesParametersForChannelsOrGroups() throws {
    let x = Tensor([1, 4, 1], [Float(1), 3, 10, 30])
    let op = GroupNorm(groups: 2, epsilon: 0)
    let grouped = try op.evaluate([x, parameters[0], parameters[1]])[0]
    expectClose(grouped, Tensor([1, 4, 1], [Float(-2), 2, 4, 6]))
    let each = try op.evaluate([
      x, Tensor([4], [Float(1), 2, 3, 4]), Tensor([4], [Float(0), 0, 0, 1]),
    ])[0]
    expectClose(each, Tensor([1, 4, 1], [Float(-1), 2, -3, 5]))
    expectRefused(GroupNorm(groups: 3), floatTypes([1, 4, 1], [3], [3]))
    expectRefused(GroupNorm(groups: 0), floatTypes([1, 4, 1], [4], [4]))
  }

  @Test func lrnSumsSquaresOfNeighbouringChannels() throws {
    let x = Tensor([1, 3, 1, 1], [Float(1), 2, 3])
    let op = LRN(size: 3, alpha: 3, beta: 1, bias: 1)
    let y = try op.evaluate([x])[0]
    expectClose(y, Tensor([1, 3, 1, 1], [Float(1.0 / 6), 2.0 / 15, 3.0 / 14]))
    var even = op
    even.size = 2
    even.alpha = 2
    // An even window reaches one further after than before.
    expectClose(
      try even.evaluate([x])[0],
      Tensor([1, 3, 1, 1], [Float(1.0 / 6), 2.0 / 14, 3.0 / 10])
    )
    expectRefused(LRN(size: 0), floatTypes([1, 3, 1, 1]))
  }

  @Test func lpNormalizationLeavesZeroLines() throws {
    let x = Tensor([2, 2], [Float(3), -4, 0, 0])
    expectClose(
      try LpNormalization().evaluate([x])[0],
      Tensor([2, 2], [Float(0.6), -0.8, 0, 0])
    )
    expectClose(
      try LpNormalization(axis: 1, power: 1).evaluate([x])[0],
      Tensor([2, 2], [Float(3.0 / 7), -4.0 / 7, 0, 0])
    )
    expectRefused(LpNormalization(power: 3), floatTypes([2, 2]))
  }

  @Test func meanVarianceNormalizationTakesItsAxesTogether() throws {
    let x = Tensor([2, 1, 1, 2], [Float(1), 1, 3, 3])
    let y = try MeanVarianceNormalization().evaluate([x])[0]
    expectClose(y, Tensor([2, 1, 1, 2], [Float(-1), -1, 1, 1]))
    expectRefused(MeanVarianceNormalization(axes: [4]), floatTypes([2, 1, 1, 2]))
  }
}

@Suite struct SoftmaxTests {
  @Test func normalisesEachRowWithoutOverflow() throws {
    let x = Tensor([2, 3], [Float(1), 2, 3, 1000, 1000, 1000])
    let y = try Softmax(axis: -1).evaluate([x])[0]
    expectClose(
      y,
      Tensor([2, 3], [Float(0.0900306), 0.2447285, 0.6652410, 1.0 / 3, 1.0 / 3, 1.0 / 3])
    )
  }

  @Test func flattenedLinesRunOverAllLaterAxes() throws {
    let x = try Tensor(zeros: .float32, [1, 2, 2])
    let one = try Softmax(axis: 1).evaluate([x])[0]
    #expect(try one.floats() == [0.5, 0.5, 0.5, 0.5])
    let all = try Softmax(axis: 1, flattens: true).evaluate([x])[0]
    #expect(try all.floats() == [0.25, 0.25, 0.25, 0.25])
  }

  @Test func betaSharpens() throws {
    let y = try Softmax(beta: 2).evaluate([Tensor([2], [Float(0), 1])])[0]
    expectClose(y, Tensor([2], [Float(0.1192029), 0.8807971]))
  }

  @Test func logSoftmaxIsItsLogarithm() throws {
    let y = try LogSoftmax().evaluate([Tensor([1, 2], [Float(1000), 1001])])[0]
    expectClose(y, Tensor([1, 2], [Float(-1.3132617), -0.3132617]))
  }

  @Test func hardmaxPicksTheFirstMaximum() throws {
    let x = Tensor([2, 3], [Float(1), 3, 3, 2, 1, 0])
    expectClose(try Hardmax().evaluate([x])[0], Tensor([2, 3], [Float(0), 1, 0, 1, 0, 0]))
    expectClose(
      try Hardmax(axis: 0, flattens: true).evaluate([x])[0],
      Tensor([2, 3], [Float(0), 1, 0, 0, 0, 0])
    )
  }

  @Test func emptyTensorsStayEmptyAndAxesAreChecked() throws {
    let empty = try Tensor(zeros: .float32, [0, 3])
    #expect(try Softmax(axis: 1).evaluate([empty])[0].count == 0)
    #expect(try LogSoftmax(axis: 0).evaluate([empty])[0].count == 0)
    expectRefused(Softmax(axis: 2), floatTypes([2, 3]))
    expectRefused(LogSoftmax(axis: -3), floatTypes([2, 3]))
    expectRefused(Hardmax(axis: 2), floatTypes([2, 3]))
    expectRefused(Softmax(), [TensorType(.int32, [2])])
  }
}
