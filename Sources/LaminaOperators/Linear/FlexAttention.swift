import Glibc
import LaminaCore

/// Mixes values by how well their keys fit each query, with two graphs that may change the scores.
///
///     s = score graph((√scale · q) · (√scale · k)ᵀ)      p = probability graph(softmax(s))
///     y = p · v
///
/// Scores and probabilities are N×heads×L×S. Query heads share the heads of keys in groups.
///
/// - Inputs: `q`, N×heads×L×D; `k`, N×keyHeads×S×D; `v`, N×keyHeads×S×E; then what the graphs read from
///   outside, first the score graph's.
/// - Outputs: `y`, N×heads×L×E, the type of `q`.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``; an inner graph's.
/// - Source: ONNX FlexAttention (ai.onnx.preview, opset 1).
package struct FlexAttention: ControlFlowOperator {
  package static let name = "FlexAttention"

  /// What scores are multiplied by; 1 / √D when absent.
  package var scale: Float?
  /// The type of scores and probabilities; float32 at least when absent.
  package var softmaxType: DataType?
  package var scoreGraph: Graph?
  package var probabilityGraph: Graph?

  package init(
    scale: Float? = nil,
    softmaxType: DataType? = nil,
    scoreGraph: Graph? = nil,
    probabilityGraph: Graph? = nil
  ) {
    self.scale = scale
    self.softmaxType = softmaxType
    self.scoreGraph = scoreGraph
    self.probabilityGraph = probabilityGraph
  }

  package var graphs: [(name: String, graph: Graph)] {
    [("score_mod", scoreGraph), ("prob_mod", probabilityGraph)].compactMap { name, graph in
      graph.map { (name, $0) }
    }
  }

  package func mappingGraphs(_ change: (String, Graph) throws -> Graph) rethrows -> Self {
    var changed = self
    changed.scoreGraph = try scoreGraph.map { try change("score_mod", $0) }
    changed.probabilityGraph = try probabilityGraph.map { try change("prob_mod", $0) }
    return changed
  }

  package func outputTypes(forValues inputs: Inputs<ValueType>) throws(ShapeError) -> [ValueType] {
    let types = try operands(inputs)
    guard try types.all(3...3).allSatisfy(\.shape.isKnown) else { throw .dependsOnData }
    let sizes = try AttentionSizes(types, nil, nil)
    let shape: Shape = [sizes.batch, sizes.heads, sizes.length, sizes.valueSize]
    return [.tensor(try types[0].result(shape))]
  }

  private func operands(_ inputs: Inputs<ValueType>) throws(ShapeError) -> TypeInputs {
    var types: [TensorType?] = []
    for index in 0..<3 {
      guard let type = try inputs[index].tensor else { throw .dependsOnData }
      if type.shape.isRanked { try type.requireRank(4...4) }
      types.append(type)
    }
    return TypeInputs(types)
  }

  package func evaluate(
    _ inputs: Inputs<Datum>,
    run: (String, [Datum]) throws -> [Datum]
  ) throws -> [Datum] {
    let tensors = TensorInputs(try (0..<3).map { try inputs[$0].tensor })
    for tensor in tensors.present { try tensor.type.requireRank(4...4) }
    let sizes = try AttentionSizes(tensors.types, nil, nil)
    let dtype = try tensors[0].dtype
    let work = softmaxType ?? (dtype == .float64 ? .float64 : .float32)
    let round = try dtype.rounding()
    let factor = round((Double(scale ?? 1 / Float(sizes.size).squareRoot())).squareRoot())
    func scaled(_ tensor: Tensor, _ heads: Int) throws -> Tensor {
      try Tensor(
        [sizes.batch, heads, tensor.shape[2], sizes.size],
        tensor.wide().map { round($0 * factor) }
      ).repeatedHeads(sizes.heads / heads)
    }
    let scores = try MatMul(transposesB: true).evaluate([
      scaled(tensors[0], sizes.heads), scaled(tensors[1], sizes.keyHeads),
    ])[0]
    let captured = inputs.elements.dropFirst(3).compactMap { $0 }
    let scoreCount = max((scoreGraph?.inputs.count ?? 1) - 1, 0)
    let changed = try applied(
      "score_mod",
      scoreGraph,
      scores.rounded(to: dtype).rounded(to: work),
      Array(captured.prefix(scoreCount)),
      run
    )
    let softmax = try Softmax().evaluate([changed])[0]
    let probabilities = try applied(
      "prob_mod",
      probabilityGraph,
      softmax,
      Array(captured.dropFirst(scoreCount)),
      run
    )
    let values = try tensors[2].rounded(to: work).repeatedHeads(sizes.heads / sizes.keyHeads)
    return [.tensor(try MatMul().evaluate([probabilities, values])[0].rounded(to: dtype))]
  }

  /// Returns what a graph makes of a tensor, which keeps its type and shape.
  private func applied(
    _ name: String,
    _ graph: Graph?,
    _ tensor: Tensor,
    _ captured: [Datum],
    _ run: (String, [Datum]) throws -> [Datum]
  ) throws -> Tensor {
    guard graph != nil else { return tensor }
    guard let result = try run(name, [.tensor(tensor)] + captured).first?.tensor else {
      throw ShapeError.other("graph \(name) gives no output")
    }
    try result.type.requireShape(tensor.shape)
    return try result.rounded(to: tensor.dtype)
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    guard let sizes = try? AttentionSizes(TypeInputs(Array(inputs.elements.prefix(3))), nil, nil)
    else { return .none }
    return .macs(
      sizes.batch,
      sizes.heads,
      sizes.length,
      sizes.keys,
      sizes.size &+ sizes.valueSize
    )
  }
}

extension Tensor {
  /// Returns N×heads×L×D with every head repeated in place.
  fileprivate func repeatedHeads(_ times: Int) throws -> Tensor {
    guard times != 1 else { return self }
    let block = shape[2] * shape[3]
    let values = try wide()
    var result: [Double] = []
    result.reserveCapacity(values.count * times)
    for head in 0..<shape[0] * shape[1] {
      for _ in 0..<times { result += values[head * block..<(head + 1) * block] }
    }
    return try Tensor(dtype, [shape[0], shape[1] * times, shape[2], shape[3]], narrowing: result)
  }
}
