import LaminaCore

extension OperatorCatalog {
  package static let signal: [any Operator.Type] = []
}
