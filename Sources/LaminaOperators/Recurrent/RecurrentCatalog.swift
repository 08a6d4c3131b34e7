import LaminaCore

extension OperatorCatalog {
  package static let recurrent: [any Operator.Type] = []
}
