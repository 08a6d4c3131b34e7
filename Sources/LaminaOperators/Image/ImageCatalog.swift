import LaminaCore

extension OperatorCatalog {
  package static let image: [any Operator.Type] = []
}
