import LaminaCore

extension OperatorCatalog {
  package static let generation: [any Operator.Type] = [
    ConstantOfShape.self,
    Fill.self,
    ArithmeticRange.self,
    OneHot.self,
    EyeLike.self,
    RandomTensor.self,
    Multinomial.self,
    Bernoulli.self,
    RandomBits.self,
  ]
}
