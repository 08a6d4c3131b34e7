import LaminaCore

extension OperatorCatalog {
  package static let pooling: [any Operator.Type] = [
    MaxPool.self, AveragePool.self, LpPool.self, GlobalPool.self, MaxUnpool.self, MaxRoiPool.self,
    WindowMaxPool.self, WindowMaxUnpool.self,
    AdaptivePool.self,
  ]
}
