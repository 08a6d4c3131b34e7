import LaminaCore

extension OperatorCatalog {
  package static let convolution: [any Operator.Type] = [
    Conv.self, ConvTranspose.self, DeformConv.self, Col2Im.self, ConvInteger.self,
    QLinearConv.self, CausalConvWithState.self,
  ]
}
