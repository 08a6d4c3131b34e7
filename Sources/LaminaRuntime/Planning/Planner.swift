import LaminaCore

/// Plans a stretch of nodes whose types are all known.
struct Planner {
  let graph: Graph
  let nodes: ArraySlice<Node>
  let options: PlanOptions
  /// Values the stretch reads from before it, and values read after it.
  let liveIn: [ValueID]
  let liveOut: [ValueID]

  /// Chosen kernels, one a node; `nil` for a view.
  private var kernels: [(any PreparedKernel)?] = []
  private var summaries: [StepSummary] = []
  /// For each value, the value whose bytes it shares.
  private var root: [ValueID: ValueID] = [:]
  private var lastUse: [ValueID: Int] = [:]
  private let reference = ReferenceBackend()

  init(
    graph: Graph,
    nodes: ArraySlice<Node>,
    options: PlanOptions,
    liveIn: [ValueID],
    liveOut: [ValueID]
  ) {
    self.graph = graph
    self.nodes = nodes
    self.options = options
    self.liveIn = liveIn
    self.liveOut = liveOut
  }

  mutating func plan() throws -> Plan {
    findLastUses()
    for (step, node) in nodes.enumerated() { try choose(node, step) }
    return try place()
  }

  // MARK: Kernels

  private mutating func choose(_ node: Node, _ step: Int) throws {
    let request = StepRequest(
      node: node,
      inputs: plannedInputs(of: node),
      outputs: graph.outputTypes(of: node),
      threadCount: options.threadCount
    )
    var backend = options.backend.id
    var reason: String?
    var preparation = options.backend.prepare(request)
    if case .refused(let why) = preparation {
      if options.forbidsFallback {
        throw PlanError.refusedStep(
          node: node.name,
          op: node.op.displayName,
          backend: backend,
          reason: why
        )
      }
      backend = reference.id
      reason = why
      preparation = reference.prepare(request)
    }
    if case .view(let input) = preparation, !canView(node, input) {
      preparation = .kernel(
        CopyKernel(byteCount: request.outputs.first??.byteCount ?? 0, input: input)
      )
    }
    let kernel = kernel(from: preparation, node)
    if let kernel { shareOverwrittenInput(node, kernel, step) }
    kernels.append(kernel)
    summaries.append(summary(of: node, backend, reason, kernel))
  }

  /// The types of a node's inputs, with the contents of constants alone.
  ///
  /// What a type says of contents besides may come from the data of one run, and a plan is for
  /// many.
  private func plannedInputs(of node: Node) -> TypeInputs {
    let types = graph.inputTypes(of: node)
    return TypeInputs(
      node.inputs.indices.map { position in
        guard var type = types.optional(position) else { return nil }
        type.contents = graph.constant(node.inputs[position])
        return type
      }
    )
  }

  private mutating func kernel(from preparation: Preparation, _ node: Node) -> (any PreparedKernel)?
  {
    switch preparation {
    case .kernel(let kernel): return kernel
    case .view(let input):
      if let from = node.inputs[input], let to = node.outputs.first ?? nil { share(from, to) }
      return nil
    case .refused: return nil
    }
  }

  private func summary(
    of node: Node,
    _ backend: BackendID,
    _ reason: String?,
    _ kernel: (any PreparedKernel)?
  ) -> StepSummary {
    StepSummary(
      nodeID: node.id,
      name: node.name,
      op: node.op.displayName,
      sources: node.sources,
      askedBackend: options.backend.id,
      backend: backend,
      fallbackReason: reason,
      kernel: kernel?.name ?? "view",
      precision: precision(of: node),
      outputs: graph.outputTypes(of: node).compactMap { $0 },
      cost: graph.cost(of: node)
    )
  }

  /// What the step computes in: the integers of quantized outputs, else the element type.
  private func precision(of node: Node) -> String {
    let types = graph.outputTypes(of: node).compactMap { $0 } + graph.inputTypes(of: node).present
    guard let type = types.first else { return options.precision }
    return type.isQuantized ? type.dtype.name : type.dtype == .float32 ? "fp32" : type.dtype.name
  }

  // MARK: Sharing

  private func rootOf(_ id: ValueID) -> ValueID { root[id].map(rootOf) ?? id }

  /// Makes two values the same bytes.
  private mutating func share(_ from: ValueID, _ to: ValueID) {
    let base = rootOf(from)
    root[to] = base
    lastUse[base] = max(lastUse[base] ?? 0, lastUse[to] ?? 0)
  }

  /// Whether an output can be the bytes of an input: not of a constant.
  private func canView(_ node: Node, _ input: Int) -> Bool {
    guard input < node.inputs.count, let id = node.inputs[input], node.outputs.first ?? nil != nil
    else { return false }
    return graph[id].constant == nil
  }

  /// Lets the first output take the place of an input that ends here.
  private mutating func shareOverwrittenInput(
    _ node: Node,
    _ kernel: any PreparedKernel,
    _ step: Int
  ) {
    guard let output = node.outputs.first ?? nil, let size = graph[output].tensorType.byteCount
    else { return }
    for input in kernel.overwritableInputs where input < node.inputs.count {
      guard let id = node.inputs[input], graph[id].constant == nil,
        lastUse[rootOf(id)] == step, graph[id].tensorType.byteCount == size,
        node.inputs.filter({ $0.map(rootOf) == rootOf(id) }).count == 1
      else { continue }
      share(id, output)
      return
    }
  }

  private mutating func findLastUses() {
    for (step, node) in nodes.enumerated() {
      for case let id? in node.inputs + node.outputs { lastUse[id] = step }
    }
    for id in liveOut { lastUse[id] = nodes.count }
  }

  // MARK: Places

  private func place() throws -> Plan {
    var blocks: [ArenaLayout.Block] = []
    var block: [ValueID: Int] = [:]
    func addBlock(_ id: ValueID, _ step: Int) {
      guard rootOf(id) == id, block[id] == nil else { return }
      block[id] = blocks.count
      blocks.append(
        ArenaLayout.Block(
          byteCount: graph[id].tensorType.byteCount ?? 0,
          firstStep: step,
          lastStep: max(lastUse[id] ?? step, step)
        )
      )
    }
    for id in liveIn where graph[id].constant == nil { addBlock(id, 0) }
    var scratchBlocks: [Int] = []
    for (step, node) in nodes.enumerated() {
      for case let id? in node.outputs { addBlock(id, step) }
      scratchBlocks.append(blocks.count)
      blocks.append(
        ArenaLayout.Block(
          byteCount: kernels[step]?.scratchByteCount ?? 0,
          firstStep: step,
          lastStep: step
        )
      )
    }
    let layout = ArenaLayout(blocks)
    try checkMemory(layout.byteCount)
    func place(_ id: ValueID?) -> Plan.Place {
      guard let id else { return .absent }
      if let storage = graph[id].constant?.storage {
        return .constant(UnsafeSendablePointer(pointer: storage.base))
      }
      return block[rootOf(id)].map { .arena(offset: layout.offsets[$0]) } ?? .absent
    }
    let steps = nodes.enumerated().map { step, node in
      Plan.Step(
        kernel: kernels[step],
        inputs: node.inputs.map(place),
        outputs: node.outputs.map(place),
        scratchOffset: layout.offsets[scratchBlocks[step]]
      )
    }
    return Plan(
      steps: steps,
      inputs: liveIn.map { ($0, graph[$0].tensorType, place($0)) },
      outputs: liveOut.map { ($0, graph[$0].tensorType, place($0)) },
      summaries: summaries,
      arenaByteCount: layout.byteCount,
      constants: nodes.flatMap { $0.inputs.compactMap { graph.constant($0) } }
    )
  }

  private func checkMemory(_ arena: Int) throws {
    let packed = kernels.reduce(0) { $0 + ($1?.packedByteCount ?? 0) }
    let (total, overflow) = arena.addingReportingOverflow(packed)
    let limit = min(options.memoryLimit, MemoryLimit.current)
    guard !overflow, total <= limit else {
      throw PlanError.outOfMemory(bytes: overflow ? .max : total, limit: limit)
    }
  }
}

/// Copies an input to the first output: a view whose input is a constant.
struct CopyKernel: PreparedKernel {
  let name = "copy"
  let byteCount: Int
  let input: Int

  func run(_ context: StepContext) {
    guard let source = context.inputs[input], let target = context.outputs[0] else { return }
    target.copyMemory(from: source, byteCount: byteCount)
  }
}
