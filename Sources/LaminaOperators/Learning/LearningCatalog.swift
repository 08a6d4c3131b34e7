import LaminaCore

extension OperatorCatalog {
  package static let learning: [any Operator.Type] = []
}
