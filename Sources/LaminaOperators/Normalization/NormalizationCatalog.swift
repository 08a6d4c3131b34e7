import LaminaCore

extension OperatorCatalog {
  package static let normalization: [any Operator.Type] = [
    BatchNorm.self, InstanceNorm.self, LayerNorm.self, RMSNorm.self, GroupNorm.self, LRN.self,
    LpNormalization.self, MeanVarianceNormalization.self, Softmax.self, LogSoftmax.self,
    Hardmax.self, L2Normalization.self,
  ]
}
