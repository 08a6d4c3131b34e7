import Glibc
import LaminaCore

/// Mixes values by how well their keys fit each query.
///
///     s = (√scale · q) · (√scale · k)ᵀ      s′ = softcap · tanh(s / softcap) + bias
///     y = softmax(s′) · v
///
/// The bias is the mask (a number to add, or −∞ where a truth value is false), −∞ where a key lies
/// outside of the window or, when causal, after the query, and −∞ beyond the length of a sequence.
/// A query whose bias is −∞ everywhere gives zeros. Query heads share the heads of keys in groups.
/// In types narrower than float32 every step is rounded, those of the softmax too.
///
/// - Inputs: `q`, N×heads×L×D, or N×L×(heads · D); `k` and `v` alike, with their own heads, length
///   and, for `v`, size; `mask`, which broadcasts to N×heads×L×S and may be shorter at the end;
///   `pastKey`, `pastValue`, which come before `k` and `v`; `lengths`, N numbers of keys that are
///   not filler; all from `mask` on optional.
/// - Outputs: `y`, like `q` with the size of `v`; `presentKey`, `presentValue`, N×heads×S×D; the
///   scores at the stage that `scoreOutput` names: raw, capped, with bias, or after softmax.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``, ``ShapeError/invalidAttribute(_:found:expected:)``,
///   ``ShapeError/notBroadcastable(_:_:)``.
/// - Source: ONNX Attention (opset 25).
package struct Attention: Operator {
  package static let name = "Attention"

  /// What scores are multiplied by; 1 / √D when absent.
  package var scale: Float?
  package var isCausal: Bool
  /// The numbers of heads of tensors of rank 3.
  package var queryHeads: Int?
  package var keyValueHeads: Int?
  /// The bound of scores; 0 for none.
  package var softcap: Float
  /// The type that scores are rounded to before the softmax.
  package var softmaxType: DataType?
  /// Which scores the fourth output holds, from 0 to 3.
  package var scoreOutput: Int
  /// How many keys before and after a query it sees; −1 for all.
  package var leftWindow: Int
  package var rightWindow: Int

  package init(
    scale: Float? = nil,
    isCausal: Bool = false,
    queryHeads: Int? = nil,
    keyValueHeads: Int? = nil,
    softcap: Float = 0,
    softmaxType: DataType? = nil,
    scoreOutput: Int = 0,
    leftWindow: Int = -1,
    rightWindow: Int = -1
  ) {
    self.scale = scale
    self.isCausal = isCausal
    self.queryHeads = queryHeads
    self.keyValueHeads = keyValueHeads
    self.softcap = softcap
    self.softmaxType = softmaxType
    self.scoreOutput = scoreOutput
    self.leftWindow = leftWindow
    self.rightWindow = rightWindow
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (q, v) = (try inputs[0], try inputs[2])
    try q.requireArithmetic()
    let sizes = try AttentionSizes(inputs, queryHeads, keyValueHeads)
    guard leftWindow >= -1, rightWindow >= -1, 0...3 ~= scoreOutput else {
      throw .invalidAttribute(
        "window",
        found: "\(leftWindow), \(rightWindow)",
        expected: "-1 or more"
      )
    }
    let y: Shape =
      q.shape.rank == 4
      ? [sizes.batch, sizes.heads, sizes.length, sizes.valueSize]
      : [sizes.batch, sizes.length, sizes.heads &* sizes.valueSize]
    return [
      q.result(y), q.result([sizes.batch, sizes.keyHeads, sizes.keys, sizes.size]),
      v.result([sizes.batch, sizes.keyHeads, sizes.keys, sizes.valueSize]),
      q.result([sizes.batch, sizes.heads, sizes.length, sizes.keys]),
    ]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let types = try outputTypes(for: inputs.types)
    let sizes = try AttentionSizes(inputs.types, queryHeads, keyValueHeads)
    let round = try types[0].dtype.rounding()
    let factor = round((Double(scale ?? 1 / Float(sizes.size).squareRoot())).squareRoot())
    let q = try inputs[0].heads(sizes.heads).map { round($0 * factor) }
    let k = try inputs[1].heads(sizes.keyHeads, after: inputs.optional(4))
    let v = try inputs[2].heads(sizes.keyHeads, after: inputs.optional(5))
    let bias = try AttentionBias(self, inputs, sizes)
    let weighted = k.map { round($0 * factor) }
    _ = try types[3].shape.checkedCount()
    var (results, scores): ([Double], [Double]) = ([], [])
    for head in 0..<sizes.batch * sizes.heads {
      let shared = head / sizes.heads * sizes.keyHeads + head % sizes.heads / sizes.group
      for query in 0..<sizes.length {
        let start = (head * sizes.length + query) * sizes.size
        let row = q[start..<start + sizes.size]
        let line = (0..<sizes.keys).map { key in
          round(product(row, weighted, (shared * sizes.keys + key) * sizes.size))
        }
        let stages = try stages(line, bias.line(head: head, query: query), types[0].dtype)
        scores += stages[scoreOutput]
        results += mix(v, stages[3], from: shared * sizes.keys, sizes.valueSize)
      }
    }
    let y = try Tensor(
      .float64,
      [sizes.batch, sizes.heads, sizes.length, sizes.valueSize],
      rounding: results
    )
    return [
      try (types[0].shape.rank == 4 ? y : y.merged()).cast(to: types[0].dtype),
      try Tensor(types[1].dtype, types[1].shape, narrowing: k),
      try Tensor(types[2].dtype, types[2].shape, narrowing: v),
      try Tensor(types[3].dtype, types[3].shape, narrowing: scores),
    ]
  }

  private func product(_ row: ArraySlice<Double>, _ k: [Double], _ start: Int) -> Double {
    var sum = 0.0
    for (index, value) in row.enumerated() { sum += value * k[start + index] }
    return sum
  }

  /// Returns the sum of the values from `first` on, each times its share.
  private func mix(_ v: [Double], _ shares: [Double], from first: Int, _ size: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: size)
    for (key, share) in shares.enumerated() where share != 0 {
      let start = (first + key) * size
      for column in sums.indices { sums[column] += share * v[start + column] }
    }
    return sums
  }

  /// Returns a query's scores raw, capped, with bias, and after the softmax.
  private func stages(_ raw: [Double], _ bias: [Double], _ dtype: DataType) throws -> [[Double]] {
    let round = try dtype.rounding()
    let cap = Double(softcap)
    let capped = cap > 0 ? raw.map { round(round(tanh(round($0 / cap))) * cap) } : raw
    let biased = zip(capped, bias).map { round($0 + $1) }
    var scores = try softmaxType.map { try biased.map($0.rounding()) } ?? biased
    guard bias.contains(where: { $0 != -.infinity }), scores.contains(where: { $0 != -.infinity })
    else { return [raw, capped, biased, scores.map { _ in 0 }] }
    try SoftmaxLine(softmaxType ?? dtype).apply(&scores)
    return [raw, capped, biased, scores.map(round)]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    guard let sizes = try? AttentionSizes(inputs, queryHeads, keyValueHeads) else { return .none }
    return .macs(
      sizes.batch,
      sizes.heads,
      sizes.length,
      sizes.keys,
      sizes.size &+ sizes.valueSize
    )
  }
}
