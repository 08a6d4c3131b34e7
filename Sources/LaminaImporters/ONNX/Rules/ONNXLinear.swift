import LaminaCore
import LaminaOperators

extension ONNXImporter {
  /// Matrix products.
  static let linear: [Rule] = [
    Rule("MatMul") { _ in MatMul() },
    Rule("MatMulInteger") { _ in MatMulInteger() },
    Rule("QLinearMatMul") { _ in QLinearMatMul() },
    Rule("Gemm") { node in
      Gemm(
        alpha: try node.float("alpha", default: 1),
        beta: try node.float("beta", default: 1),
        transposesA: try node.bool("transA", default: false),
        transposesB: try node.bool("transB", default: false)
      )
    },
    Rule("Einsum") { node in Einsum(equation: try node.string("equation", default: "")) },
    Rule("Det") { _ in Det() },
    Rule("RotaryEmbedding") { node in
      RotaryEmbedding(
        isInterleaved: try node.bool("interleaved", default: false),
        dimensions: try node.int("rotary_embedding_dim", default: 0),
        headCount: try node.int("num_heads", default: 0)
      )
    },
  ]
}
