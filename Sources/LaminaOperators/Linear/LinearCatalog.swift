import LaminaCore

extension OperatorCatalog {
  package static let linear: [any Operator.Type] = []
}
