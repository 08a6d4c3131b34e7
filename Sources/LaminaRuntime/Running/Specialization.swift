import LaminaCore

/// A graph with known input types, and the plans made for it.
final class Specialization {
  private let graph: Graph
  private let options: PlanOptions
  /// Plans by the position of their first node and the types of their values.
  private var executors: [String: PlanExecutor] = [:]
  /// A place for the datum of each value, empty between runs; taken by the run in progress.
  private var places: [Datum?]
  /// The last node that reads each value.
  private let lastReader: [Int]
  /// How many plans of later stretches are kept.
  private static let keptPlans = 16

  /// Where the stretch that can be planned ahead ends, and its plan once it is made.
  private let firstStretchEnd: Int
  private var firstExecutor: PlanExecutor?

  typealias InnerRunner = (
    _ node: Node, _ graphName: String, _ inputs: [Datum]
  ) throws -> [Datum]

  init(_ graph: Graph, _ options: PlanOptions) {
    self.graph = graph
    self.options = options
    places = [Datum?](repeating: nil, count: graph.values.count)
    var lastReader = [Int](repeating: -1, count: graph.values.count)
    for (position, node) in graph.nodes.enumerated() {
      for case let id? in node.inputs { lastReader[id.index] = position }
    }
    for id in graph.outputs { lastReader[id.index] = graph.nodes.count }
    self.lastReader = lastReader
    firstStretchEnd = Self.endOfStretch(graph, from: 0)
  }

  /// Plans the first stretch of known types.
  func prepareAhead(_ pool: ThreadPool) throws -> PreparationSummary {
    var summary = PreparationSummary()
    let end = firstStretchEnd
    if end > 0 {
      let plan = try executor(graph, 0..<end, pool).plan
      summary.steps = plan.summaries
      summary.arenaByteCount = plan.arenaByteCount
      summary.packedByteCount = plan.packedByteCount
    }
    if end < graph.nodes.count { summary.firstDynamicStep = graph.nodes[end].name }
    return summary
  }

  func run(
    _ inputs: [Datum],
    _ profile: inout RunProfile,
    _ pool: ThreadPool,
    _ isCancelled: (() -> Bool)?,
    _ runInner: InnerRunner
  ) throws -> [Datum] {
    // Constants are read where they are; only what was computed is kept here.
    var data = takePlaces()
    defer { giveBack(&data) }
    for (id, input) in zip(graph.inputs, inputs) { data[id.index] = input }
    var typed = graph
    var position = 0
    while position < typed.nodes.count {
      if let isCancelled, isCancelled() { throw RunError.cancelled }
      let end = position == 0 ? firstStretchEnd : Self.endOfStretch(typed, from: position)
      if end > position {
        try runStretch(typed, position..<end, &data, &profile, pool, isCancelled)
        position = end
      } else {
        try runAlone(typed.nodes[position], &typed, &data, &profile, runInner)
        position += 1
      }
    }
    return try typed.outputs.map { id in
      if let datum = data[id.index] ?? typed.constant(id).map(Datum.tensor) { return datum }
      throw RunError.missingOutput(name: typed[id].name)
    }
  }

  private func takePlaces() -> [Datum?] {
    var taken: [Datum?] = []
    swap(&taken, &places)
    return taken.isEmpty ? [Datum?](repeating: nil, count: graph.values.count) : taken
  }

  private func giveBack(_ data: inout [Datum?]) {
    for index in data.indices { data[index] = nil }
    swap(&data, &places)
  }

  // MARK: Stretches of known types

  /// The position after the last node of a stretch that can be planned.
  private static func endOfStretch(_ graph: Graph, from start: Int) -> Int {
    graph.nodes[start...].firstIndex { !canPlan($0, in: graph) } ?? graph.nodes.count
  }

  private static func canPlan(_ node: Node, in graph: Graph) -> Bool {
    if node.op.asControlFlow != nil || node.op.asValueOperator != nil { return false }
    return (node.inputs + node.outputs).allSatisfy { id in
      guard let id else { return true }
      guard case .tensor(let type) = graph[id].type else { return false }
      return type.shape.isKnown && type.dtype != .string && type.byteCount != nil
    }
  }

  /// The plan of a stretch; where all types were known from the start there is one, else one for
  /// each set of types.
  private func executor(
    _ typed: Graph,
    _ range: Range<Int>,
    _ pool: ThreadPool
  ) throws -> PlanExecutor {
    if range.lowerBound == 0 {
      let made = try firstExecutor ?? makeExecutor(typed, range, pool)
      firstExecutor = made
      return made
    }
    let nodes = typed.nodes[range]
    let types = (liveIn(nodes) + nodes.flatMap(\.outputs)).map { id in
      id.map { typed[$0].type.description } ?? ""
    }
    let key = "\(range) " + types.joined(separator: ";")
    if let known = executors[key] { return known }
    let made = try makeExecutor(typed, range, pool)
    if executors.count >= Self.keptPlans { executors.removeAll() }
    executors[key] = made
    return made
  }

  private func makeExecutor(
    _ typed: Graph,
    _ range: Range<Int>,
    _ pool: ThreadPool
  ) throws -> PlanExecutor {
    let nodes = typed.nodes[range]
    var planner = Planner(
      graph: typed,
      nodes: nodes,
      options: options,
      liveIn: liveIn(nodes),
      liveOut: liveOut(nodes, end: range.upperBound)
    )
    return try PlanExecutor(planner.plan(), pool: pool)
  }

  private func liveIn(_ nodes: ArraySlice<Node>) -> [ValueID] {
    var written = Set<ValueID>()
    var seen = Set<ValueID>()
    var result: [ValueID] = []
    for node in nodes {
      for case let id? in node.inputs
      where !written.contains(id) && graph[id].constant == nil && seen.insert(id).inserted {
        result.append(id)
      }
      written.formUnion(node.outputs.compactMap { $0 })
    }
    return result
  }

  private func liveOut(_ nodes: ArraySlice<Node>, end: Int) -> [ValueID] {
    nodes.flatMap { $0.outputs.compactMap { $0 } }.filter { lastReader[$0.index] >= end }
  }

  private func runStretch(
    _ typed: Graph,
    _ range: Range<Int>,
    _ data: inout [Datum?],
    _ profile: inout RunProfile,
    _ pool: ThreadPool,
    _ isCancelled: (() -> Bool)?
  ) throws {
    let executor = try executor(typed, range, pool)
    let inputs = try executor.plan.inputs.map { input in
      guard let datum = data[input.id.index] else {
        throw RunError.missingOutput(name: typed[input.id].name)
      }
      return try datum.tensor
    }
    let outputs = try executor.run(inputs, &profile, isCancelled: isCancelled)
    for (output, tensor) in zip(executor.plan.outputs, outputs) {
      data[output.id.index] = .tensor(tensor)
    }
  }

  // MARK: Steps that depend on data

  /// Runs one node by its reference and learns the types of what follows from its result.
  private func runAlone(
    _ node: Node,
    _ typed: inout Graph,
    _ data: inout [Datum?],
    _ profile: inout RunProfile,
    _ runInner: InnerRunner
  ) throws {
    let arguments = Inputs<Datum>(
      node.inputs.map { id in
        id.flatMap { id in data[id.index] ?? typed.constant(id).map(Datum.tensor) }
      }
    )
    let start = now()
    let results = try typed.evaluate(node, arguments) { try runInner(node, $0, $1) }
    profile.append([summary(of: node, typed, results)], [now() - start])
    let planning = now()
    for (id, result) in zip(node.outputs, results) {
      guard let id else { continue }
      data[id.index] = result
      typed[id].type = result.typeWithContents
    }
    if node.outputs.contains(where: { id in id.map { lastReader[$0.index] >= 0 } ?? false }) {
      try typed.inferTypes(after: node)
    }
    profile.dispatchNanoseconds += now() - planning
  }

  private func summary(of node: Node, _ typed: Graph, _ results: [Datum]) -> StepSummary {
    StepSummary(
      nodeID: node.id,
      name: node.name,
      op: node.op.displayName,
      sources: node.sources,
      askedBackend: options.backend.id,
      backend: .reference,
      fallbackReason: options.backend.id == .reference
        ? nil : "the shape of the result depends on data",
      kernel: "reference",
      precision: options.precision,
      outputs: results.compactMap { $0.type.tensor },
      cost: typed.cost(of: node)
    )
  }
}

extension Datum {
  /// The type, with contents where they are few enough to be a shape, axes or an index.
  fileprivate var typeWithContents: ValueType {
    guard case .tensor(let tensor) = self else { return type }
    var type = tensor.type
    if tensor.count <= 1024 { type.contents = tensor }
    return .tensor(type)
  }
}
