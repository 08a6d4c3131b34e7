import LaminaCore

extension OperatorCatalog {
  package static let resources: [any Operator.Type] = [
    ResourceHandle.self,
    AssignVariable.self,
    ReadVariable.self,
    ImportTable.self,
    FindInTable.self,
    TableSize.self,
  ]
}
