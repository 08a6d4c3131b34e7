import LaminaCore
import LaminaOperators

extension MXNetGraphBuilder {
  /// Products of matrices.
  static let linear: [MXNetRule] = [
    MXNetRule("FullyConnected", weights: [1, 2], lowering: fullyConnected),
    MXNetRule("Embedding", weights: [1], lowering: embedding),
    MXNetRule("dot", lowering: dot),
    MXNetRule("batch_dot") { node in
      MatMul(transposesA: node.bool("transpose_a"), transposesB: node.bool("transpose_b"))
    },
    MXNetRule("linalg_gemm2", lowering: gemm),
    MXNetRule("_linalg_gemm2", lowering: gemm),
  ]

  /// Weights are O×I; without `flatten` all axes but the last are kept.
  @Sendable private static func fullyConnected(_ node: MXNetNode) throws {
    let outputs = try node.int("num_hidden", default: 0)
    let flattens = node.bool("flatten", default: true)
    let shape = node.shape()
    let line =
      shape.isRanked && shape.rank > 0
      ? Array(flattens ? shape.dims.dropFirst() : shape.dims.suffix(1)) : [-1]
    let inputs = line.allSatisfy { $0 > 0 } ? Shape(line).elementCount ?? -1 : -1
    let hasBias = !node.bool("no_bias") && node.inputCount > 2
    let ids = [
      try node.input(0), try node.weight(1, [outputs, inputs]),
      hasBias ? try node.weight(2, [outputs]) : nil,
    ]
    try node.emit(FullyConnected(keepsDimensions: !flattens), ids)
  }

  @Sendable private static func embedding(_ node: MXNetNode) throws {
    let shape = [try node.int("input_dim", default: 0), try node.int("output_dim", default: 0)]
    let numbers = try node.step(Cast(to: .int64), [node.input(0)], "indices")
    try node.emit(Gather(axis: 0), [node.weight(1, shape), numbers])
  }

  /// Of matrices and vectors; a product of more axes is none of a batch.
  @Sendable private static func dot(_ node: MXNetNode) throws {
    guard try node.rank(0) <= 2, try node.rank(1) <= 2 else {
      throw MXNetUnsupported(reason: "a product of more than two axes")
    }
    let op = MatMul(transposesA: node.bool("transpose_a"), transposesB: node.bool("transpose_b"))
    try node.emit(op, node.allInputs())
  }

  @Sendable private static func gemm(_ node: MXNetNode) throws {
    let op = MatMul(
      transposesA: node.bool("transpose_a"),
      transposesB: node.bool("transpose_b"),
      alpha: try node.float("alpha", default: 1)
    )
    try node.emit(op, node.allInputs())
  }
}
