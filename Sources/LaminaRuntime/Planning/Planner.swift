import LaminaCore

/// Plans a stretch of nodes whose types are all known.
///
/// First, from the last node to the first, kernels are chosen: a node takes the producers of its
/// inputs into its step where the backend can, and a node whose inputs are put side by side lets
/// them be written in place. Then, in order, every value gets its bytes.
struct Planner {
  let graph: Graph
  let nodes: [Node]
  let options: PlanOptions
  /// Values the stretch reads from before it, and values read after it.
  let liveIn: [ValueID]
  let liveOut: Set<ValueID>
  private let orderedLiveOut: [ValueID]

  /// Steps as they are found, last first.
  private var steps: [PlannedStep] = []
  /// Positions of nodes that belong to the step of a later one.
  private var absorbed: Set<Int> = []
  /// Where nodes are, by what they write.
  private var writer: [ValueID: Int] = [:]
  /// How many inputs of the stretch read a value.
  private var readerCount: [ValueID: Int] = [:]
  /// Values that may be written into a part of another.
  private var joints: [ValueID: Joint] = [:]
  private let reference = ReferenceBackend()

  /// Packed bytes after which the file's pages are let go of.
  private static let packedStretch = 16 << 20

  init(
    graph: Graph,
    nodes: ArraySlice<Node>,
    options: PlanOptions,
    liveIn: [ValueID],
    liveOut: [ValueID]
  ) {
    self.graph = graph
    self.nodes = Array(nodes)
    self.options = options
    self.liveIn = liveIn
    self.liveOut = Set(liveOut)
    orderedLiveOut = liveOut
    for (position, node) in nodes.enumerated() {
      for case let id? in node.outputs { writer[id] = position }
      for case let id? in node.inputs { readerCount[id, default: 0] += 1 }
    }
  }

  mutating func plan() throws -> Plan {
    var packedByteCount = 0
    for position in nodes.indices.reversed() where !absorbed.contains(position) {
      try choose(position)
      packedByteCount += steps.last?.kernel?.packedByteCount ?? 0
      if packedByteCount >= Self.packedStretch {
        options.whenPacked?()
        packedByteCount = 0
      }
    }
    var placement = Placement(graph, liveIn: liveIn, liveOut: orderedLiveOut, options)
    return try placement.plan(steps.reversed())
  }

  // MARK: Kernels

  private mutating func choose(_ position: Int) throws {
    let node = nodes[position]
    if let step = joinStep(node) { return steps.append(step) }
    for path in paths(to: position) {
      if let step = chainStep(path) {
        absorbed.formUnion(path.dropLast())
        return steps.append(step)
      }
    }
    if let step = placedStep(node) { return steps.append(step) }
    steps.append(try plainStep(node))
  }

  private func request(_ node: Node) -> StepRequest {
    StepRequest(
      node: node,
      inputs: plannedInputs(of: node),
      outputs: graph.outputTypes(of: node),
      threadCount: options.threadCount
    )
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

  /// A step of one node, by the backend or the reference.
  private func plainStep(_ node: Node) throws -> PlannedStep {
    let request = request(node)
    switch options.backend.prepare(request) {
    case .refused(let reason):
      if options.forbidsFallback {
        throw PlanError.refusedStep(
          node: node.name,
          op: node.op.displayName,
          backend: options.backend.id,
          reason: reason
        )
      }
      var step = PlannedStep([node])
      step.backend = reference.id
      step.fallbackReason = reason
      if case .kernel(let kernel) = reference.prepare(request) { step.kernel = kernel }
      return step
    case let preparation: return step([node], inputs: node.inputs, preparation)
    }
  }

  /// Makes a step of what a backend answered; a view of a constant becomes a copy.
  private func step(
    _ nodes: [Node],
    inputs: [ValueID?],
    _ preparation: Preparation
  ) -> PlannedStep {
    var step = PlannedStep(nodes)
    step.inputs = inputs
    step.backend = options.backend.id
    switch preparation {
    case .kernel(let kernel): step.kernel = kernel
    case .view(let input):
      if canView(nodes[0], input) {
        step.viewed = input
      } else {
        let output = nodes[0].outputs.first ?? nil
        let byteCount = output.flatMap { graph[$0].tensorType.byteCount }
        step.kernel = CopyKernel(byteCount: byteCount ?? 0, input: input)
      }
    case .refused: break
    }
    return step
  }

  /// Whether an output can be the bytes of an input: not of a constant.
  private func canView(_ node: Node, _ input: Int) -> Bool {
    guard input < node.inputs.count, let id = node.inputs[input], node.outputs.first ?? nil != nil
    else { return false }
    return graph[id].constant == nil
  }

  // MARK: Several nodes in a step

  /// The most nodes that become one step.
  private static let chainLimit = 3

  /// Chains of nodes that end at one, longest first, as positions.
  private func paths(to position: Int) -> [[Int]] {
    var found = [[position]]
    var ends = found
    for _ in 1..<Self.chainLimit {
      ends = ends.flatMap { path in producers(of: path[0]).map { [$0] + path } }
      found += ends
    }
    return found.dropFirst().reversed()
  }

  /// Nodes that a node may take into its step, earliest first.
  private func producers(of position: Int) -> [Int] {
    options.backend.absorbableInputs(of: nodes[position]).compactMap { input in
      guard input < nodes[position].inputs.count, let id = nodes[position].inputs[input],
        isPassedOn(id), let producer = writer[id], !absorbed.contains(producer),
        nodes[producer].outputs.dropFirst().allSatisfy({ $0 == nil })
      else { return nil }
      return producer
    }.sorted()
  }

  /// Whether a value is read once, in this stretch.
  private func isPassedOn(_ id: ValueID) -> Bool {
    readerCount[id] == 1 && !liveOut.contains(id) && graph[id].constant == nil
  }

  private mutating func chainStep(_ path: [Int]) -> PlannedStep? {
    let members = path.map { nodes[$0] }
    var chain = StepChain(requests: members.map(request), links: [])
    var inputs = members[0].inputs
    for (before, node) in zip(members, members.dropFirst()) {
      guard let link = node.inputs.firstIndex(of: before.outputs[0]) else { return nil }
      chain.links.append(link)
      for index in node.inputs.indices where index != link { inputs.append(node.inputs[index]) }
    }
    let last = chain.requests.count - 1
    if let output = members[last].outputs[0], let joint = joints[output] {
      var placed = chain
      placed.requests[last].outputStride = joint.stride
      if joint.type.quantization == chain.requests[last].outputs[0]?.quantization,
        case .kernel(let kernel) = options.backend.prepare(placed)
      {
        var made = step(members, inputs: inputs, .kernel(kernel))
        made.joint = joint
        return made
      }
    }
    guard case .kernel(let kernel) = options.backend.prepare(chain) else { return nil }
    return step(members, inputs: inputs, .kernel(kernel))
  }

  // MARK: Results written in place

  /// A step that puts values side by side, which may be written there in the first place; `nil`
  /// for any other node.
  private mutating func joinStep(_ node: Node) -> PlannedStep? {
    guard node.activation == nil, let output = node.outputs.first ?? nil else { return nil }
    let type = graph[output].tensorType
    guard let axis = options.backend.joinedAxis(of: node, rank: type.shape.rank),
      case .kernel(let kernel) = options.backend.prepare(request(node))
    else { return nil }
    noteJoints(of: node, output, type, axis)
    var step = PlannedStep([node])
    step.backend = options.backend.id
    step.joinsInputs = true
    step.kernel = kernel
    return step
  }

  /// Notes where the inputs of a node lie in its output.
  private mutating func noteJoints(
    of node: Node,
    _ output: ValueID,
    _ type: TensorType,
    _ axis: Int
  ) {
    let isWhole = type.shape.product(0..<axis) == 1
    var offset = 0
    for case let id? in node.inputs {
      let part = graph[id].tensorType
      let width = part.shape.product(axis..<part.shape.rank) * part.dtype.byteCount
      defer { offset += width }
      guard isPassedOn(id), writer[id] != nil, part.dtype == type.dtype, width > 0,
        isWhole || axis == type.shape.rank - 1
      else { continue }
      joints[id] = Joint(
        whole: output,
        type: type,
        byteOffset: offset,
        stride: isWhole ? nil : type.shape[axis]
      )
    }
  }

  /// A step whose result is written into a part of a larger value; `nil` when it cannot be.
  private func placedStep(_ node: Node) -> PlannedStep? {
    guard let output = node.outputs.first ?? nil, let joint = joints[output] else { return nil }
    var request = request(node)
    guard let own = request.outputs[0] else { return nil }
    request.outputStride = joint.stride
    if own.quantization != joint.type.quantization {
      request.ending = StepEnding(result: own)
      request.outputs[0]?.quantization = joint.type.quantization
    }
    let preparation = options.backend.prepare(request)
    if case .refused = preparation { return nil }
    if case .view = preparation, joint.stride != nil || request.ending != nil { return nil }
    var made = step([node], inputs: node.inputs, preparation)
    made.joint = joint
    return made
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
