import LaminaCore

extension OperatorCatalog {
  package static let controlFlow: [any Operator.Type] = [
    If.self,
    Loop.self,
    Scan.self,
    BatchedScan.self,
    While.self,
    CallOnce.self,
    Case.self,
    Composite.self,
  ]
}
