/// Where a graph without a signature begins and ends.
struct TFEnds {
  /// The nodes that give results, in the file's order.
  private(set) var outputs: [String] = []
  private let inputs: [String: [String]]

  /// Operators that stand for what is fed.
  static let inputOps: Set<String> = ["Placeholder", "PlaceholderV2"]

  /// Operators that give no result: they save, count, train, or check.
  private static let idleOps: Set<String> = [
    "NoOp", "Assert", "Const", "Placeholder", "PlaceholderV2", "PlaceholderWithDefault",
    "Variable", "VariableV2", "VarHandleOp", "ReadVariableOp", "Assign", "AssignAdd", "AssignSub",
    "AssignVariableOp", "AssignAddVariableOp", "AssignSubVariableOp", "SaveV2", "SaveSlices",
    "RestoreV2", "MergeV2Checkpoints", "ShardedFilename", "IsVariableInitialized",
    "VarIsInitializedOp", "MergeSummary", "ScalarSummary", "HistogramSummary", "ImageSummary",
    "TensorSummary", "Print", "PrintV2", "HashTable", "HashTableV2", "LookupTableImportV2",
    "InitializeTableV2", "StaticRegexReplace", "DestroyResourceOp",
  ]

  /// Finds the ends of a graph.
  ///
  /// A result is what nothing but idle and training nodes reads, and what depends on an input
  /// where the graph has any.
  init(_ list: [TFNodeDef]) {
    inputs = Dictionary(
      list.map { ($0.name, $0.input.filter { !$0.hasPrefix("^") }.map(Self.node)) },
      uniquingKeysWith: { first, _ in first }
    )
    let working = list.filter { !Self.isIdle($0) }
    let read = Set(working.flatMap { inputs[$0.name] ?? [] })
    let ends = working.map(\.name).filter { !read.contains($0) }
    let fed = Set(list.filter { Self.inputOps.contains($0.op) }.map(\.name))
    let results = ends.filter { fed.isEmpty || !nodes(neededBy: [$0]).isDisjoint(with: fed) }
    // Loops end in one node for each value that goes around, also for those that nobody reads.
    let exits = Set(list.filter(TFLoop.isExit).map(\.name))
    let plain = results.filter { !exits.contains($0) }
    // A graph that only passes on what it is fed, or only idles, is shown as it is.
    outputs = results.isEmpty ? ends : plain.isEmpty ? results : plain
  }

  /// Returns the names of all nodes that the given ones depend on, themselves included.
  func nodes(neededBy names: [String]) -> Set<String> {
    var needed: Set<String> = []
    var pending = names.map(Self.node)
    while let name = pending.popLast() {
      guard needed.insert(name).inserted else { continue }
      pending += inputs[name] ?? []
    }
    return needed
  }

  /// The node's part of an input's name.
  private static func node(_ input: String) -> String {
    input.firstIndex(of: ":").map { String(input[..<$0]) } ?? input
  }

  private static func isIdle(_ node: TFNodeDef) -> Bool {
    idleOps.contains(node.op) || node.op.hasPrefix("Apply") || node.op.hasPrefix("ResourceApply")
      || node.name.hasPrefix("gradients/") || node.name.hasPrefix("save/")
  }
}
