import LaminaCore

extension OperatorCatalog {
  package static let text: [any Operator.Type] = []
}
