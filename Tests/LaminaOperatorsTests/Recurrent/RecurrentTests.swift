import Foundation
import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

@Suite struct RecurrentTests {
  private let linear = [CellActivation.affine(alpha: 1, beta: 0)]

  /// h′ = x + 10 · h: the digits of the sequence.
  private func rnn(
    _ direction: RecurrentDirection = .forward,
    isBatchFirst: Bool = false,
    clip: Float? = nil
  ) -> RNN {
    RNN(
      hiddenSize: 1,
      direction: direction,
      activations: Array(repeating: linear[0], count: direction.count),
      clip: clip,
      isBatchFirst: isBatchFirst
    )
  }

  private func weights(_ count: Int, _ value: Float) -> Tensor {
    Tensor([count, 1, 1], [Float](repeating: value, count: count))
  }

  @Test func rnnCarriesItsState() throws {
    let x = Tensor([3, 1, 1], [Float(1), 2, 3])
    let outputs = try rnn().evaluate([x, weights(1, 1), weights(1, 10)])
    expectClose(outputs[0], Tensor([3, 1, 1, 1], [Float(1), 12, 123]))
    expectClose(outputs[1], Tensor([1, 1, 1], [Float(123)]))
    let back = try rnn(.reverse).evaluate([x, weights(1, 1), weights(1, 10)])
    expectClose(back[0], Tensor([3, 1, 1, 1], [Float(321), 32, 3]))
    let both = try rnn(.bidirectional).evaluate([x, weights(2, 1), weights(2, 10)])
    expectClose(both[0], Tensor([3, 2, 1, 1], [Float(1), 321, 12, 32, 123, 3]))
    expectClose(both[1], Tensor([2, 1, 1], [Float(123), 321]))
  }

  @Test func shortSequencesEndEarlyAndBiasesAdd() throws {
    let x = Tensor([2, 2, 1], [Float(1), 2, 3, 4])
    let inputs: TensorInputs = [
      x, weights(1, 1), weights(1, 10), Tensor([1, 2], [Float(0.5), 0.25]),
      Tensor([2], [Int32(1), 2]), Tensor([1, 2, 1], [Float(0), 1]),
    ]
    let outputs = try rnn().evaluate(inputs)
    expectClose(outputs[0], Tensor([2, 1, 2, 1], [Float(1.75), 12.75, 0, 132.25]))
    expectClose(outputs[1], Tensor([1, 2, 1], [Float(1.75), 132.25]))
  }

  @Test func theBatchMayComeFirst() throws {
    let x = Tensor([2, 2, 1], [Float(1), 2, 3, 4])
    let outputs = try rnn(isBatchFirst: true).evaluate([x, weights(1, 1), weights(1, 10)])
    expectClose(outputs[0], Tensor([2, 2, 1, 1], [Float(1), 12, 3, 34]))
    expectClose(outputs[1], Tensor([2, 1, 1], [Float(12), 34]))
  }

  @Test func clipBoundsSums() throws {
    let x = Tensor([2, 1, 1], [Float(1), 2])
    let y = try rnn(clip: 5).evaluate([x, weights(1, 1), weights(1, 10)])[0]
    expectClose(y, Tensor([2, 1, 1, 1], [Float(1), 5]))
  }

  /// Every gate sees x = 1 with weight 1 and no state: all sigmoids 0.7311, all tanh 0.7616.
  @Test func lstmOpensItsGates() throws {
    let w = Tensor([1, 4, 1], [Float](repeating: 1, count: 4))
    let r = try Tensor(zeros: .float32, [1, 4, 1])
    let x = Tensor([2, 1, 1], [Float(1), 1])
    let outputs = try LSTM(hiddenSize: 1).evaluate([x, w, r])
    // c = 0.7311 · 0.7616 = 0.55677, then 0.7311 · 0.55677 + 0.55677; h = 0.7311 · tanh(c)
    expectClose(outputs[0], Tensor([2, 1, 1, 1], [Float(0.369606), 0.545346]), within: 2e-5)
    expectClose(outputs[2], Tensor([1, 1, 1], [Float(0.963801)]), within: 2e-5)
    let coupled = try LSTM(hiddenSize: 1, couplesInputAndForget: true).evaluate([x, w, r])
    expectClose(coupled[2], Tensor([1, 1, 1], [Float(0.706506)]), within: 2e-5)
  }

  @Test func lstmPeepholesSeeTheCell() throws {
    // No inputs; c = 1: i = f = sigmoid(p · 1), g = 0, so c′ = f; o sees c′.
    let w = try Tensor(zeros: .float32, [1, 4, 1])
    let outputs = try LSTM(hiddenSize: 1).evaluate([
      Tensor(zeros: .float32, [1, 1, 1]), w, w, nil, nil, Tensor(zeros: .float32, [1, 1, 1]),
      Tensor([1, 1, 1], [Float(1)]), Tensor([1, 3], [Float(5), 2, 1]),
    ])
    let cell = 1 / (1 + exp(-1.0))
    let hidden = tanh(cell) / (1 + exp(-2 * cell))
    expectClose(outputs[2], Tensor([1, 1, 1], [Float(cell)]))
    expectClose(outputs[1], Tensor([1, 1, 1], [Float(hidden)]))
  }

  /// x = 1 to all gates, h = 2, recurrent weights only in the candidate.
  @Test(arguments: [false, true])
  func gruResetsBeforeOrAfterItsProduct(isLinear: Bool) throws {
    let w = Tensor([1, 3, 1], [Float](repeating: 1, count: 3))
    let r = Tensor([1, 3, 1], [Float(0), 0, 0.5])
    let bias = Tensor([1, 6], [Float(0), 0, 0, 0, 0, 0.3])
    let op = GRU(hiddenSize: 1, isLinearBeforeReset: isLinear)
    let y = try op.evaluate([
      Tensor([1, 1, 1], [Float(1)]), w, r, bias, nil, Tensor([1, 1, 1], [Float(2)]),
    ])[1]
    let gate = 1 / (1 + exp(-1.0))
    let sum = isLinear ? 1 + gate * (0.5 * 2 + 0.3) : 1 + 0.5 * gate * 2 + 0.3
    let expected = (1 - gate) * tanh(sum) + gate * 2
    expectClose(y, Tensor([1, 1, 1], [Float(expected)]))
  }

  @Test func shapesThatDoNotFitAreRefused() throws {
    let op = LSTM(hiddenSize: 3, direction: .bidirectional)
    try expectShapes(
      op,
      floatTypes([5, 2, 4], [2, 12, 4], [2, 12, 3]),
      [[5, 2, 2, 3], [2, 2, 3], [2, 2, 3]]
    )
    expectRefused(op, floatTypes([5, 2, 4], [1, 12, 4], [1, 12, 3]))
    expectRefused(op, floatTypes([5, 2, 4], [2, 12, 4], [2, 12, 3], [2, 12]))
    expectRefused(GRU(hiddenSize: 0), floatTypes([5, 2, 4], [1, 0, 4], [1, 0, 0]))
    #expect(throws: ShapeError.self) {
      try rnn().evaluate([
        Tensor([1, 1, 1], [Float(1)]), weights(1, 1), weights(1, 1), nil, Tensor([1], [Int32(2)]),
      ])
    }
  }

  @Test(
    arguments: [
      ("Relu", nil, nil, 0), ("Tanh", nil, nil, -0.7615942), ("Sigmoid", nil, nil, 0.2689414),
      ("Affine", 2, 1, -1), ("LeakyRelu", nil, nil, -0.01), ("ThresholdedRelu", -2, nil, -1),
      ("ScaledTanh", 2, 1, -1.5231884), ("HardSigmoid", nil, nil, 0.3),
      ("Elu", nil, nil, -0.6321206),
      ("Softsign", nil, nil, -0.5), ("softplus", nil, nil, 0.3132617),
    ] as [(String, Float?, Float?, Double)]
  )
  func activationsHaveTheirValueAtMinusOne(
    name: String,
    alpha: Float?,
    beta: Float?,
    expected: Double
  ) throws {
    let function = try CellActivation(name: name, alpha: alpha, beta: beta)
    #expect(abs(function.apply(-1) - expected) < 1e-6)
  }

  @Test func unknownActivationsAreRefused() {
    #expect(throws: ShapeError.self) {
      try CellActivation(name: "Cube", alpha: nil, beta: nil)
    }
  }
}

@Suite struct SequenceCellTests {
  private func matrix(_ rows: Int, _ columns: Int, _ value: Float) -> Tensor {
    Tensor([rows, columns], [Float](repeating: value, count: rows * columns))
  }

  /// All weights of inputs 1, of states 0, no biases.
  private func lstmInputs(_ x: Tensor) throws -> [Tensor?] {
    let (w, r, b) = (matrix(1, 1, 1), matrix(1, 1, 0), try Tensor(zeros: .float32, [1]))
    return [x, w, w, w, w, r, r, r, r, nil, nil, nil, b, b, b, b]
  }

  @Test func sequenceLSTMAgreesWithTheGatesByHand() throws {
    let x = Tensor([1, 2, 1], [Float(1), 1])
    let y = try SequenceLSTM().evaluate(TensorInputs(lstmInputs(x)))[0]
    expectClose(y, Tensor([1, 2, 1], [Float(0.369606), 0.545346]), within: 2e-5)
    let swapped = Tensor([2, 1, 1], [Float(1), 1])
    let timed = try SequenceLSTM(isTimeMajor: true).evaluate(TensorInputs(lstmInputs(swapped)))[0]
    expectClose(timed, Tensor([2, 1, 1], [Float(0.369606), 0.545346]), within: 2e-5)
  }

  @Test func cellsAreClippedCoupledAndProjected() throws {
    let x = Tensor([1, 1, 1], [Float(1)])
    var inputs = try lstmInputs(x)
    let clipped = try SequenceLSTM(cellClip: 0.1).evaluate(TensorInputs(inputs))[0]
    expectClose(clipped, Tensor([1, 1, 1], [Float(0.0728631)]), within: 2e-5)
    inputs[1] = nil
    // Coupled: i = 1 − 0.7311, c = 0.2689 · 0.7616.
    let coupled = try SequenceLSTM().evaluate(TensorInputs(inputs))[0]
    expectClose(coupled, Tensor([1, 1, 1], [Float(0.147679)]), within: 2e-5)
    let projected = try SequenceLSTM(projectionClip: 0.5).evaluate(
      TensorInputs(lstmInputs(x) + [matrix(1, 1, 10), Tensor([1], [Float(1)])])
    )[0]
    expectClose(projected, Tensor([1, 1, 1], [Float(0.5)]))
  }

  @Test func storedStatesAreRoundedToTheirCodes() throws {
    let quantization = Quantization(scale: 0.25, zeroPoint: 0)
    let op = SequenceLSTM(hiddenQuantization: quantization)
    let y = try op.evaluate(TensorInputs(lstmInputs(Tensor([1, 1, 1], [Float(1)]))))[0]
    expectClose(y, Tensor([1, 1, 1], [Float(0.25)]))
  }

  @Test func sequenceRNNCarriesItsState() throws {
    let inputs: TensorInputs = [
      Tensor([1, 2, 1], [Float(1), 2]), matrix(1, 1, 1), matrix(1, 1, 10),
      Tensor([1], [Float(0.5)]),
    ]
    let y = try SequenceRNN().evaluate(inputs)[0]
    expectClose(y, Tensor([1, 2, 1], [Float(1.5), 17.5]))
    let bounded = try SequenceRNN(activation: .relu6).evaluate(inputs)[0]
    expectClose(bounded, Tensor([1, 2, 1], [Float(1.5), 6]))
    expectRefused(SequenceRNN(), floatTypes([1, 2, 1], [1, 2], [1, 1], [1]))
  }

  @Test func svdfFiltersOverTime() throws {
    // Two filters of rank 2 make one unit; memory of two steps.
    let y = try SVDF(rank: 2, activation: .relu).evaluate([
      Tensor([1, 1], [Float(3)]), Tensor([2, 1], [Float(1), 2]),
      Tensor([2, 2], [Float(10), 1, 100, 1]), Tensor([1], [Float(0.5)]),
      Tensor([1, 4], [Float(9), 5, 9, 7]),
    ])[0]
    // 10 · 5 + 1 · 3 and 100 · 7 + 1 · 6
    expectClose(y, Tensor([1, 1], [Float(759.5)]))
    expectRefused(SVDF(rank: 0), floatTypes([1, 1], [2, 1], [2, 2]))
    expectRefused(SVDF(rank: 2), floatTypes([1, 1], [3, 1], [3, 2]))
  }
}
