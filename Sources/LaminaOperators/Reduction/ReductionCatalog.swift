import LaminaCore

extension OperatorCatalog {
  package static let reduction: [any Operator.Type] = [
    Reduce.self,
    ArgReduce.self,
    TopK.self,
    Cumulative.self,
    SegmentSum.self,
    UnsortedSegment.self,
    ReduceWindow.self,
  ]
}
