import LaminaCore

extension OperatorCatalog {
  package static let training: [any Operator.Type] = []
}
