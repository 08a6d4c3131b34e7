import LaminaCore

/// Gives every value of a stretch its bytes: in the arena, in a part of another value, or those of
/// a constant.
struct Placement {
  /// The value whose bytes another value's are, and where they begin.
  private struct Root {
    var id: ValueID
    var byteOffset: Int
  }

  private let graph: Graph
  private let liveIn: [ValueID]
  private let liveOut: [ValueID]
  private let options: PlanOptions
  private var parents: [ValueID: Root] = [:]
  /// The last step that touches the bytes of a root.
  private var lastUse: [ValueID: Int] = [:]

  init(_ graph: Graph, liveIn: [ValueID], liveOut: [ValueID], _ options: PlanOptions) {
    self.graph = graph
    self.liveIn = liveIn
    self.liveOut = liveOut
    self.options = options
  }

  mutating func plan(_ planned: [PlannedStep]) throws -> Plan {
    var steps = planned
    for (index, step) in steps.enumerated() {
      for case let id? in step.inputs + step.outputs { lastUse[id] = index }
    }
    for id in liveOut { lastUse[id] = steps.count }
    for step in steps { placeInWhole(step) }
    for index in steps.indices { finish(&steps[index], index) }
    return try placed(steps)
  }

  // MARK: Sharing

  private func root(_ id: ValueID) -> Root {
    var found = Root(id: id, byteOffset: 0)
    while let next = parents[found.id] {
      found = Root(id: next.id, byteOffset: found.byteOffset + next.byteOffset)
    }
    return found
  }

  /// Makes a value the bytes of another from an offset on.
  private mutating func share(_ whole: ValueID, _ part: ValueID, byteOffset: Int = 0) {
    let (base, inner) = (root(whole), root(part).id)
    guard inner != base.id else { return }
    parents[inner] = Root(id: base.id, byteOffset: base.byteOffset + byteOffset)
    lastUse[base.id] = max(lastUse[base.id] ?? 0, lastUse[inner] ?? 0)
  }

  /// Lets a result be written where it is read from.
  private mutating func placeInWhole(_ step: PlannedStep) {
    guard let joint = step.joint, let output = step.outputs[0], parents[output] == nil else {
      return
    }
    if let viewed = step.viewed {
      // The viewed value itself goes there, when it has bytes of its own and just as many.
      guard let id = step.inputs[viewed], !liveIn.contains(id), !liveOut.contains(id),
        parents[id] == nil,
        graph[id].tensorType.byteCount == graph[output].tensorType.byteCount
      else { return }
      share(joint.whole, output, byteOffset: joint.byteOffset)
      share(output, id)
    } else {
      share(joint.whole, output, byteOffset: joint.byteOffset)
    }
  }

  /// Shares what a step lets it share, and chooses the kernel of one that joins its inputs.
  private mutating func finish(_ step: inout PlannedStep, _ index: Int) {
    if step.joinsInputs { return finishJoin(&step) }
    if let viewed = step.viewed, let from = step.inputs[viewed], let to = step.outputs[0] {
      if parents[to] == nil { return share(from, to) }
      if root(from).id == root(to).id { return }
      step.viewed = nil
      step.kernel = CopyKernel(
        byteCount: graph[to].tensorType.byteCount ?? 0,
        input: viewed
      )
    }
    if let kernel = step.kernel { shareOverwrittenInput(step, kernel, index) }
  }

  /// Leaves out the inputs that are in place already.
  private func finishJoin(_ step: inout PlannedStep) {
    guard let output = step.outputs[0] else { return }
    for (position, id) in step.inputs.enumerated() {
      guard let id, graph[id].constant == nil, root(id).id == root(output).id else { continue }
      step.inputs[position] = nil
    }
    if step.inputs.allSatisfy({ $0 == nil }) { step.kernel = nil }
  }

  /// Lets the first output take the place of an input that ends here.
  private mutating func shareOverwrittenInput(
    _ step: PlannedStep,
    _ kernel: any PreparedKernel,
    _ index: Int
  ) {
    guard let output = step.outputs.first ?? nil, parents[output] == nil,
      let size = graph[output].tensorType.byteCount
    else { return }
    for input in kernel.overwritableInputs where input < step.inputs.count {
      guard let id = step.inputs[input], graph[id].constant == nil else { continue }
      let root = root(id).id
      guard lastUse[root] == index, graph[id].tensorType.byteCount == size,
        step.inputs.filter({ $0.map { self.root($0).id } == root }).count == 1
      else { continue }
      share(id, output)
      return
    }
  }

  // MARK: Places

  private func placed(_ steps: [PlannedStep]) throws -> Plan {
    let (blocks, scratch) = blocks(of: steps)
    let layout = ArenaLayout(blocks.all)
    try checkMemory(layout.byteCount, steps)
    var constants: [ValueID: Tensor] = [:]
    func place(_ id: ValueID?) -> Plan.Place {
      guard let id else { return .absent }
      if let tensor = graph[id].constant {
        let aligned = constants[id] ?? tensor.aligned
        constants[id] = aligned
        guard let storage = aligned.storage else { return .absent }
        return .constant(UnsafeSendablePointer(pointer: storage.base))
      }
      let root = root(id)
      return blocks.places[root.id]
        .map { .arena(offset: layout.offsets[$0] + root.byteOffset) } ?? .absent
    }
    let placed = steps.indices.map { index in
      Plan.Step(
        kernel: steps[index].kernel,
        inputs: readInputs(steps[index]).map(place),
        outputs: steps[index].outputs.map(place),
        scratchOffset: layout.offsets[scratch[index]]
      )
    }
    return Plan(
      steps: placed,
      inputs: liveIn.map { ($0, graph[$0].tensorType, place($0)) },
      outputs: liveOut.map { ($0, graph[$0].tensorType, place($0)) },
      summaries: steps.map(summary),
      arenaByteCount: layout.byteCount,
      constants: Array(constants.values)
    )
  }

  /// What lies in the arena while which steps run, and the block of each step's working memory.
  private func blocks(of steps: [PlannedStep]) -> (Blocks, scratch: [Int]) {
    var blocks = Blocks()
    for id in liveIn where graph[id].constant == nil { touch(id, 0, &blocks) }
    var scratch: [Int] = []
    for (index, step) in steps.enumerated() {
      for case let id? in step.inputs + step.outputs { touch(id, index, &blocks) }
      scratch.append(blocks.add(step.kernel?.scratchByteCount ?? 0, index))
    }
    for id in liveOut { touch(id, steps.count, &blocks) }
    return (blocks, scratch)
  }

  /// The inputs that a step reads in a run: constants that its kernel packed are left out.
  private func readInputs(_ step: PlannedStep) -> [ValueID?] {
    var inputs = step.inputs
    for index in step.kernel?.packedInputs ?? [] where inputs.indices.contains(index) {
      if graph.constant(inputs[index]) != nil { inputs[index] = nil }
    }
    return inputs
  }

  /// Blocks of the arena, and which belongs to a root.
  private struct Blocks {
    var all: [ArenaLayout.Block] = []
    var places: [ValueID: Int] = [:]

    mutating func add(_ byteCount: Int, _ step: Int) -> Int {
      all.append(ArenaLayout.Block(byteCount: byteCount, firstStep: step, lastStep: step))
      return all.count - 1
    }
  }

  /// Keeps the bytes of a value alive at a step.
  private func touch(_ id: ValueID, _ step: Int, _ blocks: inout Blocks) {
    guard graph[id].constant == nil else { return }
    let root = root(id).id
    if let place = blocks.places[root] {
      blocks.all[place].lastStep = max(blocks.all[place].lastStep, step)
    } else {
      blocks.places[root] = blocks.add(graph[root].tensorType.byteCount ?? 0, step)
    }
  }

  private func checkMemory(_ arena: Int, _ steps: [PlannedStep]) throws {
    let packed = steps.reduce(0) { $0 + ($1.kernel?.packedByteCount ?? 0) }
    let (total, overflow) = arena.addingReportingOverflow(packed)
    let limit = min(options.memoryLimit, MemoryLimit.current)
    guard !overflow, total <= limit else {
      throw PlanError.outOfMemory(bytes: overflow ? .max : total, limit: limit)
    }
  }

  // MARK: Summaries

  private func summary(_ step: PlannedStep) -> StepSummary {
    let last = step.nodes[step.nodes.count - 1]
    return StepSummary(
      nodeID: last.id,
      name: step.nodes[0].name,
      op: step.nodes.map(\.op.displayName).joined(separator: " + "),
      sources: step.nodes.flatMap(\.sources),
      askedBackend: options.backend.id,
      backend: step.backend,
      fallbackReason: step.fallbackReason,
      kernel: step.kernel?.name ?? (step.joinsInputs ? "in place" : "view"),
      precision: precision(of: last),
      outputs: graph.outputTypes(of: last).compactMap { $0 },
      cost: cost(step.nodes)
    )
  }

  /// What nodes cost as one step: results that they hand on are neither written nor read.
  private func cost(_ nodes: [Node]) -> NodeCost {
    var sum = graph.cost(of: nodes[0])
    for (before, node) in zip(nodes, nodes.dropFirst()) {
      sum = sum + graph.cost(of: node)
      guard let id = before.outputs.first ?? nil,
        let byteCount = graph[id].tensorType.packedByteCount
      else { continue }
      sum.bytesWritten -= byteCount
      sum.bytesRead -= byteCount
    }
    return sum
  }

  /// What the step computes in: the integers of quantized outputs, else the element type, or the
  /// weights of fewer bits that floats are multiplied by.
  private func precision(of node: Node) -> String {
    if let weights = smallWeights(of: node) { return weights }
    let types = graph.outputTypes(of: node).compactMap { $0 } + graph.inputTypes(of: node).present
    guard let type = types.first else { return options.precision }
    if type.isQuantized { return type.dtype.name }
    switch type.dtype {
    case .float32: return "fp32"
    case .float16: return "fp16"
    case .bfloat16: return "bf16"
    default: return type.dtype.name
    }
  }

  /// The precision of a constant second input with fewer bits than the result's floats.
  private func smallWeights(of node: Node) -> String? {
    guard node.inputs.count > 1, let weights = graph.constant(node.inputs[1]),
      let output = graph.outputTypes(of: node).first ?? nil, output.dtype == .float32
    else { return nil }
    switch weights.dtype {
    case .float16: return "fp16"
    case .int8, .int4: return weights.quantization == nil ? nil : "\(weights.dtype.name)w"
    default: return nil
    }
  }
}
