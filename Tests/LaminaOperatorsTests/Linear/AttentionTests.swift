import Foundation
import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

@Suite struct AttentionTests {
  // One head, two queries and keys of one feature. Scores of query 0: 0, 0; of query 1: 0, log 3.
  let q = Tensor([1, 1, 2, 1], [Float(0), 1])
  let k = Tensor([1, 1, 2, 1], [Float(0), log(Float(3))])
  let v = Tensor([1, 1, 2, 1], [Float(4), 8])

  @Test func mixesValuesByScores() throws {
    let outputs = try Attention(scoreOutput: 3).evaluate([q, k, v])
    expectClose(outputs[0], Tensor([1, 1, 2, 1], [Float(6), 7]))
    expectClose(outputs[1], k)
    expectClose(outputs[3], Tensor([1, 1, 2, 2], [Float(0.5), 0.5, 0.25, 0.75]))
  }

  @Test func causalQueriesSeeWhatWasBefore() throws {
    let y = try Attention(isCausal: true).evaluate([q, k, v])[0]
    expectClose(y, Tensor([1, 1, 2, 1], [Float(4), 7]))
  }

  @Test func windowsBoundBothSides() throws {
    let y = try Attention(leftWindow: 0, rightWindow: 0).evaluate([q, k, v])[0]
    expectClose(y, Tensor([1, 1, 2, 1], [Float(4), 8]))
    expectRefused(Attention(leftWindow: -2), floatTypes(q.shape, k.shape, v.shape))
  }

  @Test func aQueryThatSeesNothingGivesZeros() throws {
    let mask = Tensor([2, 2], [false, false, true, true])
    let y = try Attention().evaluate([q, k, v, mask])[0]
    expectClose(y, Tensor([1, 1, 2, 1], [Float(0), 7]))
  }

  @Test func aShortMaskHidesTheRest() throws {
    let y = try Attention().evaluate([q, k, v, Tensor([2, 1], [Float(0), 0])])[0]
    expectClose(y, Tensor([1, 1, 2, 1], [Float(4), 4]))
  }

  @Test func thePastComesFirst() throws {
    let one = Tensor([1, 1, 1, 1], [Float(1)])
    let outputs = try Attention(isCausal: true).evaluate([
      one, Tensor([1, 1, 1, 1], [log(Float(3))]), Tensor([1, 1, 1, 1], [Float(8)]), nil,
      Tensor([1, 1, 1, 1], [Float(0)]), Tensor([1, 1, 1, 1], [Float(4)]),
    ])
    expectClose(outputs[0], Tensor([1, 1, 1, 1], [Float(7)]))
    expectClose(outputs[2], v)
  }

  @Test func headsSideBySideAreTakenApart() throws {
    // Two query heads share one head of keys: features 0 and 1.
    let flat = Tensor([1, 1, 2], [Float(0), 1])
    let keys = Tensor([1, 2, 1], [Float(0), log(Float(3))])
    let values = Tensor([1, 2, 1], [Float(4), 8])
    let op = Attention(queryHeads: 2, keyValueHeads: 1)
    expectClose(try op.evaluate([flat, keys, values])[0], Tensor([1, 1, 2], [Float(6), 7]))
    expectRefused(Attention(), floatTypes([1, 1, 2], [1, 2, 1], [1, 2, 1]))
  }

  @Test func softcapBoundsScores() throws {
    let outputs = try Attention(softcap: 1, scoreOutput: 1).evaluate([q, k, v])
    expectClose(outputs[3], Tensor([1, 1, 2, 2], [Float(0), 0, 0, 0.8]))
  }

  @Test func fillerKeysAreLeftOut() throws {
    let y = try Attention().evaluate([q, k, v, nil, nil, nil, Tensor([1], [Int64(1)])])[0]
    expectClose(y, Tensor([1, 1, 2, 1], [Float(4), 4]))
  }

  @Test func flexAttentionChangesScoresByAGraph() throws {
    var mask = Graph(name: "mask")
    let scores = mask.addInput("scores", .tensor(TensorType(.float32, [1, 1, 2, 2])))
    let bias = mask.addInput("bias", .tensor(TensorType(.float32, [2])))
    let sum = mask.addValue("sum")
    mask.addNode("add", BinaryElementwise(.add), inputs: [scores, bias], outputs: [sum])
    mask.outputs = [sum]
    let op = FlexAttention(scoreGraph: mask)
    let y = try op.evaluate([q, k, v, Tensor([2], [Float(0), -.infinity])])[0]
    expectClose(y, Tensor([1, 1, 2, 1], [Float(4), 4]))
    expectClose(try FlexAttention().evaluate([q, k, v])[0], Tensor([1, 1, 2, 1], [Float(6), 7]))
  }

  /// Two steps of one feature: the state is k·v, then what the rule makes of it.
  @Test(arguments: [
    (LinearAttention.Rule.linear, [6, 26] as [Float]),  // 2·3, then + 4·5
    (.gated, [6, 23]),  // half of 6, then + 20
    (.delta, [6, -70]),  // v − k·S = 5 − 24
    (.gatedDelta, [6, -25]),  // 3 + 4 · (5 − 12)
  ])
  func linearAttentionFollowsItsRule(rule: LinearAttention.Rule, expected: [Float]) throws {
    let op = LinearAttention(queryHeads: 1, keyValueHeads: 1, rule: rule)
    let gate = rule == .gated || rule == .gatedDelta
    let delta = rule == .delta || rule == .gatedDelta
    let outputs = try op.evaluate([
      Tensor([1, 2, 1], [Float(1), 1]), Tensor([1, 2, 1], [Float(2), 4]),
      Tensor([1, 2, 1], [Float(3), 5]), nil,
      gate ? Tensor([1, 2, 1], [Float(0), log(Float(0.5))]) : nil,
      delta ? Tensor([1, 2, 1], [Float(1), 1]) : nil,
    ])
    expectClose(outputs[0], Tensor([1, 2, 1], expected), within: 1e-4)
    expectClose(outputs[1], Tensor([1, 1, 1, 1], [expected[1]]), within: 1e-4)
  }

  @Test func linearAttentionWantsWhatItsRuleNeeds() {
    let op = LinearAttention(queryHeads: 2, keyValueHeads: 1)
    expectRefused(op, floatTypes([1, 2, 2], [1, 2, 1], [1, 2, 1]))
    expectRefused(
      LinearAttention(queryHeads: 1, keyValueHeads: 0, rule: .linear),
      floatTypes([1, 2, 1], [1, 2, 1], [1, 2, 1])
    )
  }

  @Test func rotaryEmbeddingTurnsPairs() throws {
    let x = Tensor([1, 1, 1, 4], [Float(1), 2, 3, 4])
    let (cos, sin) = (Tensor([1, 1, 2], [Float(0), 1]), Tensor([1, 1, 2], [Float(1), 0]))
    expectClose(
      try RotaryEmbedding().evaluate([x, cos, sin])[0],
      Tensor([1, 1, 1, 4], [Float(-3), 2, 1, 4])
    )
    expectClose(
      try RotaryEmbedding(isInterleaved: true).evaluate([x, cos, sin])[0],
      Tensor([1, 1, 1, 4], [Float(-2), 1, 3, 4])
    )
  }

  @Test func rotaryEmbeddingFindsPositionsAndLeavesTheRest() throws {
    let op = RotaryEmbedding(dimensions: 2, headCount: 1)
    let x = Tensor([1, 1, 3], [Float(1), 2, 3])
    let (cos, sin) = (Tensor([2, 1], [Float(1), 0]), Tensor([2, 1], [Float(0), 1]))
    let y = try op.evaluate([x, cos, sin, Tensor([1, 1], [Int64(1)])])[0]
    expectClose(y, Tensor([1, 1, 3], [Float(-2), 1, 3]))
    #expect(throws: ShapeError.self) {
      try op.evaluate([x, cos, sin, Tensor([1, 1], [Int64(2)])])
    }
    expectRefused(RotaryEmbedding(dimensions: 3), floatTypes([1, 1, 1, 4], [1, 1, 1], [1, 1, 1]))
  }
}
