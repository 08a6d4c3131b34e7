import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

@Suite struct TrainingTests {
  private func one(_ value: Float) -> Tensor { Tensor([1], [value]) }
  private let rate = Tensor(scalar: Float(0.5))
  private let step = Tensor(scalar: Int64(1))

  @Test func adagradScalesByAllEarlierGradients() throws {
    let op = Adagrad(decay: 1, epsilon: 0, regularization: 0)
    // h' = 9 + 16 = 25; x' = 1 − 0.5 / 2 · 4 / 5
    let outputs = try op.evaluate([rate, step, one(1), one(4), one(9)])
    expectClose(outputs[0], one(0.8))
    expectClose(outputs[1], one(25))
    expectRefused(op, floatTypes([], [], [1], [2], [1]))
    expectRefused(op, floatTypes([], [], [1], [1]))
  }

  @Test func adamFollowsRunningAverages() throws {
    let op = Adam(alpha: 0.5, beta: 0.75, epsilon: 0, regularization: 0, postRegularization: 0)
    // v' = 0.5 · 2 + 0.5 · 4 = 3; h' = 0.75 · 0 + 0.25 · 16 = 4
    // r' = 0.5 · √0.25 / 0.5 = 0.5; x' = 1 − 0.5 · 3 / 2
    let outputs = try op.evaluate([rate, step, one(1), one(4), one(2), one(0)])
    expectClose(outputs[0], one(0.25))
    expectClose(outputs[1], one(3))
    expectClose(outputs[2], one(4))
    expectRefused(op, floatTypes([], [], [1]))
  }

  @Test func momentumSumsGradients() throws {
    // v' = 0.5 · 2 + 2 · 3 = 7; x' = 1 − 0.5 · 7, or 1 − 0.5 · (3 + 0.5 · 7)
    let plain = Momentum(alpha: 0.5, beta: 2, isNesterov: false, regularization: 0)
    let outputs = try plain.evaluate([rate, step, one(1), one(3), one(2)])
    expectClose(outputs[0], one(-2.5))
    expectClose(outputs[1], one(7))
    let nesterov = Momentum(alpha: 0.5, beta: 2, isNesterov: true, regularization: 0)
    expectClose(
      try nesterov.evaluate([rate, step, one(1), one(3), one(2)])[0],
      one(-2.25)
    )
    expectRefused(plain, floatTypes([2], [], [1], [1], [1]))
  }

  @Test func likelihoodLossPicksTheRightClass() throws {
    let x = Tensor([2, 3], [Float(-1), -2, -3, -4, -5, -6])
    let target = Tensor([2], [Int64(2), 0])
    let weight = Tensor([3], [Float(1), 1, 3])
    func loss(_ reduction: LossReduction, ignoring: Int? = nil) throws -> Tensor {
      try NegativeLogLikelihoodLoss(reduction: reduction, ignoredClass: ignoring)
        .evaluate([x, target, weight])[0]
    }
    expectClose(try loss(.none), Tensor([2], [Float(9), 4]))
    expectClose(try loss(.sum), Tensor(scalar: Float(13)))
    expectClose(try loss(.mean), Tensor(scalar: Float(3.25)))
    expectClose(try loss(.mean, ignoring: 2), Tensor(scalar: Float(4)))
    #expect(throws: ShapeError.self) {
      try NegativeLogLikelihoodLoss(reduction: .sum)
        .evaluate([x, Tensor([2], [Int64(3), 0])])
    }
    expectRefused(NegativeLogLikelihoodLoss(reduction: .sum), floatTypes([2, 3], [2]))
  }

  @Test func crossEntropyTakesScores() throws {
    let op = SoftmaxCrossEntropyLoss(reduction: .none)
    let outputs = try op.evaluate([
      Tensor([1, 2, 2], [Float(0), 1000, 0, 0]), Tensor([1, 2], [Int32(0), 1]),
    ])
    expectClose(outputs[0], Tensor([1, 2], [Float(0.6931472), 1000]), within: 1e-5)
    expectClose(
      outputs[1],
      Tensor([1, 2, 2], [Float(-0.6931472), 0, -0.6931472, -1000]),
      within: 1e-5
    )
    expectRefused(op, [TensorType(.float32, [2, 3]), TensorType(.int64, [3])])
  }
}
