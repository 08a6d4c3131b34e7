import LaminaCore

extension OperatorCatalog {
  package static let linear: [any Operator.Type] = [
    MatMul.self, Gemm.self, FullyConnected.self, Einsum.self, Det.self, MatMulInteger.self,
    QLinearMatMul.self, Attention.self, LinearAttention.self, FlexAttention.self,
    RotaryEmbedding.self,
  ]
}
