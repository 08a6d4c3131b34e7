import LaminaCore

extension OperatorCatalog {
  package static let signal: [any Operator.Type] = [
    DFT.self, STFT.self, WindowFunction.self, MelWeightMatrix.self, RFFT2D.self,
  ]
}
