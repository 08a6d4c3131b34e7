import LaminaCore

extension OperatorCatalog {
  package static let controlFlow: [any Operator.Type] = []
}
