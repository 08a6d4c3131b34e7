import LaminaCore
import Synchronization

/// A graph made ready to run under some options.
///
/// Stretches of nodes whose types are known are planned ahead. A step whose result's type depends
/// on data runs on its own; then types are inferred anew from what it gave and the rest is
/// planned. Plans are kept, so the same shapes are planned once. One run at a time.
package final class Program: @unchecked Sendable {
  package let graph: Graph
  package let options: PlanOptions
  private let pool: ThreadPool
  private let lock = Mutex(())
  /// The graph with types inferred for inputs that were run before, by those inputs' types.
  private var specializations: [String: Specialization] = [:]
  /// The one that ran last, which most often runs next.
  private var latest: (types: [ValueType], specialization: Specialization)?
  /// Inner graphs of control flow, ready to run, by node and name.
  private var inner: [String: Program] = [:]

  /// How many sets of input shapes are kept ready.
  private static let keptSpecializations = 8

  /// - Throws: ``PlanError`` when the graph cannot be planned; ``GraphError`` when it is broken.
  package init(_ graph: Graph, _ options: PlanOptions, pool: ThreadPool? = nil) throws {
    let unknown = graph.unsupportedOperators
    guard unknown.isEmpty else { throw PlanError.unsupportedOperators(unknown) }
    try PlanError.checkWeights(of: graph)
    self.graph = graph
    self.options = options
    self.pool = pool ?? ThreadPool(threadCount: options.threadCount)
  }

  /// Plans what can be planned before inputs are there.
  ///
  /// Lengths that the graph leaves free count as 1. Where a network cannot take that (a window
  /// larger than the signal), nothing is planned ahead; the first run plans for its inputs.
  ///
  /// - Returns: the steps known so far, and the bytes they need.
  @discardableResult
  package func prepare() throws -> PreparationSummary {
    try lock.withLock { _ in
      let declared = graph.inputs.map { graph[$0].tensorType }
      let types = declared.map { type in
        type.with(shape: Shape(type.shape.dims.map { $0 < 0 ? 1 : $0 }))
      }
      do {
        return try specialization(for: types.map(ValueType.tensor)).prepareAhead(pool)
      } catch let error as GraphError where declared.contains(where: { !$0.shape.isKnown }) {
        if case .unsupportedOperators = error { throw error }
        return PreparationSummary(firstDynamicStep: graph.nodes.first?.name)
      }
    }
  }

  /// Runs the graph.
  ///
  /// - Parameters:
  ///   - inputs: one for each of the graph's inputs, in order.
  ///   - isCancelled: asked before each step; `nil` for never.
  /// - Returns: the outputs in order, and the times of the steps.
  /// - Throws: ``RunError``, ``PlanError``, or what a step's data caused.
  package func run(
    _ inputs: [Datum],
    isCancelled: (() -> Bool)? = nil
  ) throws -> (outputs: [Datum], profile: RunProfile) {
    try lock.withLock { _ in
      var profile = RunProfile()
      let start = now()
      let outputs = try runLocked(inputs, &profile, isCancelled)
      profile.wallNanoseconds = now() - start
      return (outputs, profile)
    }
  }

  private func runLocked(
    _ inputs: [Datum],
    _ profile: inout RunProfile,
    _ isCancelled: (() -> Bool)?
  ) throws -> [Datum] {
    let inputs = try checkedInputs(inputs)
    let specialization = try specialization(for: inputs.map(\.type))
    return try specialization.run(inputs, &profile, pool, isCancelled) { node, name, inputs in
      try self.runInner(node, name, inputs, isCancelled)
    }
  }

  /// The inputs, as codes with their meaning where the graph takes codes.
  private func checkedInputs(_ inputs: [Datum]) throws -> [Datum] {
    guard inputs.count == graph.inputs.count else {
      throw RunError.wrongInputCount(expected: graph.inputs.count, found: inputs.count)
    }
    return try zip(graph.inputs, inputs).map { id, input in
      guard case .tensor(let expected) = graph[id].type, case .tensor(var tensor) = input else {
        return input
      }
      let isAssumed = graph[id].isShapeAssumed
      let fits = isAssumed || expected.shape.accepts(tensor.shape)
      // The file tells as little of the elements: whole numbers are as good as floats.
      if isAssumed, expected.dtype == .float32, tensor.dtype.isInteger || tensor.dtype == .bool {
        tensor = try tensor.cast(to: .float32)
      }
      guard tensor.dtype == expected.dtype, fits else {
        throw RunError.wrongInput(
          name: graph[id].name,
          expected: "\(expected)",
          found: "\(tensor.type)"
        )
      }
      return .tensor(tensor.with(quantization: expected.quantization))
    }
  }

  private func specialization(for types: [ValueType]) throws -> Specialization {
    if let latest, latest.types == types { return latest.specialization }
    let key = types.map(\.description).joined(separator: ";")
    if let known = specializations[key] {
      latest = (types, known)
      return known
    }
    if specializations.count >= Self.keptSpecializations { specializations.removeAll() }
    var specialized = graph
    let isAsDeclared = zip(graph.inputs, types).allSatisfy {
      graph[$0].type.description == $1.description
    }
    if !isAsDeclared {
      for (id, type) in zip(graph.inputs, types) {
        specialized[id].type = type.keepingQuantization(of: graph[id].type)
      }
      specialized = try specialized.resized([:])
    }
    let made = Specialization(specialized, options)
    specializations[key] = made
    latest = (types, made)
    return made
  }

  /// Runs an inner graph of a control-flow node as a program of its own.
  private func runInner(
    _ node: Node,
    _ name: String,
    _ inputs: [Datum],
    _ isCancelled: (() -> Bool)?
  ) throws -> [Datum] {
    let key = "\(node.id.index) \(name)"
    if let known = inner[key] { return try known.run(inputs, isCancelled: isCancelled).outputs }
    let graphs = node.op.asControlFlow?.graphs ?? []
    guard let graph = graphs.first(where: { $0.name == name })?.graph else {
      throw ShapeError.other("there is no inner graph \(name)")
    }
    let program = try Program(graph, options, pool: pool)
    inner[key] = program
    return try program.run(inputs, isCancelled: isCancelled).outputs
  }
}

/// What was planned ahead of a run.
package struct PreparationSummary: Sendable {
  package var steps: [StepSummary] = []
  package var arenaByteCount = 0
  package var packedByteCount = 0
  /// The first step that can only be planned while running, by name.
  package var firstDynamicStep: String?
}

extension Shape {
  /// Whether a known shape is one that this shape allows.
  fileprivate func accepts(_ other: Shape) -> Bool {
    !isRanked
      || rank == other.rank && zip(dims, other.dims).allSatisfy { $0 < 0 || $0 == $1 }
  }
}

extension ValueType {
  fileprivate func keepingQuantization(of declared: ValueType) -> ValueType {
    guard case .tensor(var type) = self, let old = declared.tensor else { return self }
    type.quantization = type.quantization ?? old.quantization
    return .tensor(type)
  }
}
