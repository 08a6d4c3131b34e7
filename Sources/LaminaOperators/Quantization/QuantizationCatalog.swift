import LaminaCore

extension OperatorCatalog {
  package static let quantization: [any Operator.Type] = [
    Requantize.self, QuantizeLinear.self, DequantizeLinear.self, DynamicQuantizeLinear.self,
    FakeQuant.self, FakeQuantInRange.self, QLinearBinary.self, QLinearUnary.self,
    QLinearSoftmax.self,
    QLinearAveragePool.self, QLinearGlobalAveragePool.self, QLinearConcat.self, QGemm.self,
  ]
}
