import LaminaCore

extension OperatorCatalog {
  package static let sequences: [any Operator.Type] = []
}
