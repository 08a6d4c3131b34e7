import LaminaCore

extension OperatorCatalog {
  package static let sequences: [any Operator.Type] = [
    SequenceConstruct.self,
    SequenceEmpty.self,
    SequenceAt.self,
    SequenceInsert.self,
    SequenceErase.self,
    SequenceReserve.self,
    SequenceSet.self,
    SequenceLength.self,
    SplitToSequence.self,
    ConcatFromSequence.self,
    SequenceMap.self,
    MakeOptional.self,
    OptionalHasElement.self,
    OptionalGetElement.self,
  ]
}
