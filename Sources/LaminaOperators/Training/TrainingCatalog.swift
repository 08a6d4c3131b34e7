import LaminaCore

extension OperatorCatalog {
  package static let training: [any Operator.Type] = [
    Adagrad.self,
    Adam.self,
    Momentum.self,
    NegativeLogLikelihoodLoss.self,
    SoftmaxCrossEntropyLoss.self,
  ]
}
