import LaminaCore

extension OperatorCatalog {
  package static let elementwise: [any Operator.Type] = [
    UnaryElementwise.self,
    BinaryElementwise.self,
    VariadicElementwise.self,
    Where.self,
    Select.self,
    Clip.self,
    Cast.self,
    CastLike.self,
    BitCast.self,
    PRelu.self,
    SwiGLU.self,
    Dropout.self,
    Identity.self,
    IdentityValue.self,
    Bucketize.self,
    ComplexPart.self,
  ]
}
