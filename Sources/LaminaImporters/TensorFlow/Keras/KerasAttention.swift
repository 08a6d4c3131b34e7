import LaminaCore
import LaminaOperators

extension KerasLayers {
  /// Layers that mix values by how well their keys fit queries.
  static let attention: [KerasRule] = [
    KerasRule("Attention", lowering: dotAttention),
    KerasRule("AdditiveAttention", lowering: additiveAttention),
    KerasRule("MultiHeadAttention", lowering: multiHeadAttention),
  ]

  /// Inputs are query, value, and the key where it is not the value.
  private static func parts(_ node: KerasNode) throws -> (q: ValueID, v: ValueID, k: ValueID) {
    guard (2...3).contains(node.inputs.count) else {
      throw node.invalid("a query and a value", "\(node.inputs.count) inputs")
    }
    guard node.inputs.allSatisfy({ node.builder.masks[$0] == nil }), node.named["mask"] == nil,
      !node.config.bool("use_causal_mask"), !node.config.bool("causal")
    else { throw KerasUnsupported(reason: "a mask") }
    return (
      node.inputs[0], node.inputs[1], node.inputs.count == 3 ? node.inputs[2] : node.inputs[1]
    )
  }

  @Sendable private static func dotAttention(_ node: KerasNode) throws -> [ValueID] {
    let (q, v, k) = try parts(node)
    guard node.config.string("score_mode", default: "dot") == "dot" else {
      throw KerasUnsupported(reason: "a score that is no product")
    }
    var scores = try node.add(MatMul(transposesB: true), [q, k], "scores")
    if node.config.bool("use_scale") {
      let scale = try node.constant(weight: 0, "scale")
      scores = try node.add(BinaryElementwise(.mul), [scores, scale], "scaled")
    }
    let shares = try node.add(Softmax(axis: -1), [scores], "shares")
    return [try node.emit(MatMul(), [shares, v])]
  }

  /// The score is the sum of tanh(query + key), perhaps weighted.
  @Sendable private static func additiveAttention(_ node: KerasNode) throws -> [ValueID] {
    let (q, v, k) = try parts(node)
    let queries = try node.add(Unsqueeze(axes: [2]), [q], "queries")
    let keys = try node.add(Unsqueeze(axes: [1]), [k], "keys")
    let sums = try node.add(BinaryElementwise(.add), [queries, keys], "sums")
    var terms = try node.add(UnaryElementwise(.tanh), [sums], "terms")
    if node.config.bool("use_scale", default: true) {
      let scale = try node.constant(weight: 0, "scale")
      terms = try node.add(BinaryElementwise(.mul), [terms, scale], "scaled")
    }
    let op = Reduce(.sum, axes: [-1], keepsDimensions: false)
    let scores = try node.add(op, [terms], "scores")
    let shares = try node.add(Softmax(axis: -1), [scores], "shares")
    return [try node.emit(MatMul(), [shares, v])]
  }

  /// Projections D×heads×size with biases, attention, and the projection back.
  @Sendable private static func multiHeadAttention(_ node: KerasNode) throws -> [ValueID] {
    var given = node.inputs
    for key in ["value", "key"] { given += node.named[key]?.tensors ?? [] }
    guard (2...3).contains(given.count), let key = given.last else {
      throw node.invalid("a query and a value", "\(given.count) inputs")
    }
    let names = ["attention_mask", "query_mask", "value_mask", "key_mask"]
    guard names.allSatisfy({ node.named[$0]?.tensors.isEmpty ?? true }) else {
      throw KerasUnsupported(reason: "a mask")
    }
    let heads = try node.config.int("num_heads", default: 1)
    let size = try node.config.int("key_dim", default: 1)
    guard heads > 0, size > 0 else { throw node.invalid("heads", "\(heads) of \(size)") }
    let q = try projection(node, ["query_dense", "query"], given[0])
    let k = try projection(node, ["key_dense", "key"], key)
    let v = try projection(node, ["value_dense", "value"], given[1])
    var op = Attention(queryHeads: heads, keyValueHeads: heads)
    op.scale = 1 / Float(size).squareRoot()
    if case .value(.bool(true))? = node.named["use_causal_mask"] { op.isCausal = true }
    let mixed = try node.add(op, [q, k, v], "attention")
    let weights = node.weights.part(["output_dense", "attention_output"])
    guard let kernel = weights.weights.first else { throw KerasMissingWeights() }
    let matrix = try kernel.load()
    guard matrix.shape.rank == 3 else { throw KerasUnsupported(reason: "several output axes") }
    let flat = try matrix.reshaped(to: [matrix.shape[0] &* matrix.shape[1], matrix.shape[2]])
    let id = node.constant(flat, "attention_output/kernel")
    guard weights.weights.count > 1 else { return [try node.emit(MatMul(), [mixed, id])] }
    let product = try node.add(MatMul(), [mixed, id], "attention_output")
    let bias = node.constant(try weights.weights[1].load(), "attention_output/bias")
    return [try node.emit(BinaryElementwise(.add), [product, bias])]
  }

  private static func projection(
    _ node: KerasNode,
    _ names: [String],
    _ x: ValueID
  ) throws -> ValueID {
    let weights = node.weights.part(names)
    guard let kernel = weights.weights.first else { throw KerasMissingWeights() }
    let matrix = try kernel.load()
    guard matrix.shape.rank == 3 else { throw KerasUnsupported(reason: "several feature axes") }
    let width = matrix.shape[1] &* matrix.shape[2]
    let label = names[names.count - 1]
    let flat = try matrix.reshaped(to: [matrix.shape[0], width])
    let id = node.constant(flat, "\(label)/kernel")
    let product = try node.add(MatMul(), [x, id], "\(label) product")
    guard weights.weights.count > 1 else { return product }
    let bias = try weights.weights[1].load().reshaped(to: [width])
    return try node.add(
      BinaryElementwise(.add),
      [product, node.constant(bias, "\(label)/bias")],
      label
    )
  }
}
