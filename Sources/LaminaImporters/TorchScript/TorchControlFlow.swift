import LaminaCore
import LaminaOperators

/// One way that control flow may take, as an inner graph.
private struct TorchWay {
  var graph: Graph
  var captured: [ValueID]
  /// The variables that the way sets, and the values of the inner graph behind each.
  var results: [String: (value: TorchValue, leaves: [(value: TorchValue, id: ValueID)])] = [:]
}

/// What the ``If`` of two ways gives back.
private struct TorchJoin {
  /// For each way the values of its inner graph.
  var outputs: [[ValueID]] = [[], []]
  var types: [TensorType] = []
  /// The variables that the outputs belong to, with a value of the same structure.
  var variables: [(name: String, value: TorchValue)] = []
}

extension TorchInterpreter {
  /// Makes an ``If`` of a branch whose condition only the run knows.
  func branchAtRun(
    _ condition: TorchValue,
    _ then: [TorchStatement],
    _ otherwise: [TorchStatement],
    _ frame: TorchFrame
  ) throws {
    // A way for each rank is not worth it: one is guessed then.
    if asksForRanks { throw TorchStop.rankNeeded }
    guard let condition = condition.tensor else {
      throw TorchStop.unsupported("prim::If", reason: "the condition is no number")
    }
    let names = Self.assigned(in: then).union(Self.assigned(in: otherwise)).sorted()
    let before = frame.variables
    var ways: [TorchWay] = []
    for block in [then, otherwise] {
      ways.append(try way(block, names, frame))
      frame.variables = before
    }
    try join(ways, names, try flag(.tensor(condition)), frame)
  }

  /// A condition as a truth value of the graph.
  private func flag(_ value: TorchValue) throws -> TorchTensor {
    guard let tensor = value.tensor ?? constant(of: value) else {
      throw TorchStop.unsupported("prim::If", reason: "the condition is no number")
    }
    if graph.type(of: tensor).dtype == .bool { return tensor }
    let call = TorchCall(name: "aten::Bool", arguments: [], named: [:], interpreter: self)
    return try call.node(Cast(to: .bool), [tensor], dtype: .bool)
  }

  private func way(
    _ block: [TorchStatement],
    _ names: [String],
    _ frame: TorchFrame
  ) throws -> TorchWay {
    graph.push("branch")
    outside.append(Self.containers(in: frame.variables))
    defer { outside.removeLast() }
    var results: [String: (value: TorchValue, leaves: [(value: TorchValue, id: ValueID)])] = [:]
    do {
      guard try run(block, frame) == nil else {
        throw TorchStop.unsupported("prim::If", reason: "it returns from within")
      }
      for name in names {
        guard let value = frame.variables[name], let leaves = leaves(of: value) else { continue }
        results[name] = (value, try leaves.map { ($0.value, try graph.id(of: $0.tensor)) })
      }
    } catch {
      _ = graph.pop()
      throw error
    }
    let inner = graph.pop()
    return TorchWay(graph: inner.graph, captured: inner.captured, results: results)
  }

  private func join(
    _ ways: [TorchWay],
    _ names: [String],
    _ condition: TorchTensor,
    _ frame: TorchFrame
  ) throws {
    var ways = ways
    var wanted: [ValueID] = []
    for id in ways.flatMap(\.captured) where !wanted.contains(id) { wanted.append(id) }
    let join = matchVariables(names, of: ways, frame)
    for index in ways.indices {
      graph.extend(&ways[index].graph, captured: ways[index].captured, to: wanted, own: 0)
      ways[index].graph.outputs = join.outputs[index]
      ways[index].graph.reindex()
    }
    guard !join.types.isEmpty else { return }
    let results = try graph.add(
      If(then: ways[0].graph, else: ways[1].graph),
      [condition] + wanted.map { graph.tensor($0) },
      source: "prim::If",
      types: join.types
    )
    var rest = results[...]
    for (name, value) in join.variables {
      frame.variables[name] = replacingLeaves(of: value, by: &rest)
    }
  }

  /// Collects the variables that differ between two ways; those that only one way knows or that
  /// differ in structure are unset.
  private func matchVariables(
    _ names: [String],
    of ways: [TorchWay],
    _ frame: TorchFrame
  ) -> TorchJoin {
    var join = TorchJoin()
    for name in names {
      guard let a = ways[0].results[name], let b = ways[1].results[name] else {
        frame.variables[name] = nil
        continue
      }
      if a.value.isSame(as: b.value) {
        frame.variables[name] = a.value
      } else if a.leaves.count == b.leaves.count {
        join.outputs[0] += a.leaves.map(\.id)
        join.outputs[1] += b.leaves.map(\.id)
        join.types += a.leaves.map {
          TensorType(ways[0].graph[$0.id].tensorType.dtype, .unranked)
        }
        join.variables.append((name, a.value))
      } else {
        frame.variables[name] = nil
      }
    }
    return join
  }
}

// MARK: - Loops

/// What ends a loop.
enum TorchLoopEnd {
  /// A count, and the variable that counts.
  case count(TorchValue, TorchExpression)
  /// A condition that holds at first or not, and how it is worked out anew.
  case condition(TorchValue, TorchExpression)
}

extension TorchInterpreter {
  /// Makes a ``Loop`` of a loop whose end only the run knows.
  func loopAtRun(_ end: TorchLoopEnd, _ body: [TorchStatement], _ frame: TorchFrame) throws {
    let head = try loopHead(end)
    let before = frame.variables
    let names = Self.assigned(in: body).filter { name in
      before[name].flatMap { leaves(of: $0) }.map { !$0.isEmpty } ?? false
    }.sorted()
    var carried: [TorchTensor] = []
    for name in names {
      carried += (before[name].flatMap { leaves(of: $0) } ?? []).map(\.tensor)
    }
    var types = carried.map { graph.type(of: $0) }
    var way = try loopBody(end, body, names, types, frame, before)
    if way.types != types || !way.lists.isEmpty {
      types = zip(types, way.types).map { ValueType.common(of: [.tensor($0), .tensor($1)]) }
        .map { $0.tensor ?? TensorType(.float32, .unranked) }
      way = try loopBody(end, body, names, types, frame, before)
    }
    try checkOthers(than: names, body, before, frame)
    frame.variables = before
    let scanned = way.lists.map { _ in TensorType(.float32, .unranked) }
    let results = try graph.add(
      Loop(body: way.graph, carriedCount: carried.count),
      head + carried + way.captured.map { graph.tensor($0) },
      source: "prim::Loop",
      types: types.map { TensorType($0.dtype, .unranked) } + scanned
    )
    let scans = setVariables(names, frame, before, to: results)
    for (list, tensor) in zip(way.lists, scans) {
      list.isGrowing = false
      list.grown = tensor
    }
  }

  /// The most iterations and the first condition, one of which a loop has.
  private func loopHead(_ end: TorchLoopEnd) throws -> [TorchTensor?] {
    let head: [TorchTensor?]
    switch end {
    case .count(let count, _): head = [count.tensor, nil]
    case .condition(let flag, _): head = [nil, try self.flag(flag)]
    }
    guard head.contains(where: { $0 != nil }) else {
      throw TorchStop.unsupported("prim::Loop", reason: "the count is no number")
    }
    return head
  }

  /// Sees to it that a loop hands on all that it changes.
  private func checkOthers(
    than names: [String],
    _ body: [TorchStatement],
    _ before: [String: TorchValue],
    _ frame: TorchFrame
  ) throws {
    for name in Self.assigned(in: body).subtracting(names) {
      guard let old = before[name], let new = frame.variables[name], !old.isSame(as: new) else {
        continue
      }
      throw TorchStop.unsupported("prim::Loop", reason: "a variable of it is no tensor at first")
    }
  }

  /// Makes inputs of the body of what it carries on, and lets the variables hold them.
  private func carry(
    _ names: [String],
    _ types: [TensorType],
    _ frame: TorchFrame,
    _ before: [String: TorchValue]
  ) {
    let inputs = types.enumerated().map { index, type in
      graph.addInput("carried.\(index)", TensorType(type.dtype, type.shape))
    }
    _ = setVariables(names, frame, before, to: inputs)
  }

  /// Gives variables the structure that they had before, with other tensors in it; returns the
  /// tensors that are left.
  private func setVariables(
    _ names: [String],
    _ frame: TorchFrame,
    _ before: [String: TorchValue],
    to tensors: [TorchTensor]
  ) -> ArraySlice<TorchTensor> {
    var rest = tensors[...]
    for name in names {
      guard let value = before[name] else { continue }
      frame.variables[name] = replacingLeaves(of: value, by: &rest)
    }
    return rest
  }

  /// Whether the loop goes on, then what the variables hold at the end of the body.
  private func loopOutputs(
    _ end: TorchLoopEnd,
    _ condition: TorchTensor,
    _ names: [String],
    _ frame: TorchFrame
  ) throws -> [TorchTensor] {
    var goesOn = condition
    if case .condition(_, let next) = end { goesOn = try flag(try evaluate(next, frame)) }
    let call = TorchCall(name: "prim::Loop", arguments: [], named: [:], interpreter: self)
    let results = names.flatMap { name in
      (frame.variables[name].flatMap { leaves(of: $0) } ?? []).map(\.tensor)
    }
    return [try call.node(Identity(), [goesOn], dtype: .bool)] + results
  }

  private func loopBody(
    _ end: TorchLoopEnd,
    _ body: [TorchStatement],
    _ names: [String],
    _ types: [TensorType],
    _ frame: TorchFrame,
    _ before: [String: TorchValue]
  ) throws -> (graph: Graph, captured: [ValueID], types: [TensorType], lists: [TorchList]) {
    graph.push("body")
    growths.append(TorchGrowth(level: graph.level))
    defer { growths.removeLast() }
    outside.append(Self.containers(in: before))
    defer { outside.removeLast() }
    frame.variables = before
    do {
      let position = graph.addInput("iteration", TensorType(.int64, []))
      let condition = graph.addInput("condition", TensorType(.bool, []))
      carry(names, types, frame, before)
      if case .count(_, let target) = end { try assign(.number(position), to: target, frame) }
      guard try run(body, frame) == nil else {
        throw TorchStop.unsupported("prim::Loop", reason: "it returns from within")
      }
      let outputs = try loopOutputs(end, condition, names, frame)
      guard outputs.count == types.count + 1 else {
        throw TorchStop.unsupported("prim::Loop", reason: "a list grows in it")
      }
      let found = outputs.dropFirst().map { graph.type(of: $0) }
      let parts = growths.last?.parts ?? []
      try graph.setOutputs(outputs + parts.map(\.tensor))
      let inner = graph.pop()
      return (inner.graph, inner.captured, found, parts.map(\.list))
    } catch {
      _ = graph.pop()
      throw error
    }
  }
}

// MARK: - Variables

extension TorchInterpreter {
  /// The lists, dictionaries and objects that variables hold.
  private static func containers(in variables: [String: TorchValue]) -> Set<ObjectIdentifier> {
    var found = Set<ObjectIdentifier>()
    func note(_ value: TorchValue) {
      switch value {
      case .list(let list):
        if found.insert(ObjectIdentifier(list)).inserted { list.items.forEach(note) }
      case .tuple(let items): items.forEach(note)
      case .dictionary(let dictionary):
        if found.insert(ObjectIdentifier(dictionary)).inserted {
          dictionary.items.forEach { note($0.value) }
        }
      case .object(let object): found.insert(ObjectIdentifier(object))
      default: break
      }
    }
    variables.values.forEach(note)
    return found
  }

  /// Sees to it that a branch or loop that only the run decides on changes nothing outside of it.
  ///
  /// - Throws: ``TorchStop/invalid(place:expected:found:)`` when it does.
  func checkMayChange(_ container: AnyObject) throws {
    guard outside.contains(where: { $0.contains(ObjectIdentifier(container)) }) else { return }
    throw TorchStop.invalid(
      place: "a branch or loop that data decides",
      expected: "changes to its own lists",
      found: "a change to what is outside"
    )
  }

  /// The variables that statements set.
  private static func assigned(in block: [TorchStatement]) -> Set<String> {
    var names = Set<String>()
    func note(_ target: TorchExpression) {
      switch target {
      case .name(let name): names.insert(name)
      case .tuple(let items): items.forEach(note)
      default: break
      }
    }
    for statement in block {
      switch statement.kind {
      case .assign(let target, _), .declaration(let target, _, _): note(target)
      case .branch(_, let then, let otherwise):
        names.formUnion(assigned(in: then))
        names.formUnion(assigned(in: otherwise))
      case .loop(_, let body), .each(_, _, let body): names.formUnion(assigned(in: body))
      default: break
      }
    }
    return names
  }

  /// The tensors and numbers within a value, in order; `nil` when it holds anything else.
  private func leaves(of value: TorchValue) -> [(value: TorchValue, tensor: TorchTensor)]? {
    switch value {
    case .tensor(let tensor), .number(let tensor): return [(value, tensor)]
    case .int, .double, .bool: return constant(of: value).map { [(value, $0)] }
    case .list, .tuple:
      var all: [(value: TorchValue, tensor: TorchTensor)] = []
      for item in value.items ?? [] {
        guard let inner = leaves(of: item) else { return nil }
        all += inner
      }
      return all
    default: return nil
    }
  }

  /// The same value with other tensors and numbers in it.
  private func replacingLeaves(
    of value: TorchValue,
    by tensors: inout ArraySlice<TorchTensor>
  ) -> TorchValue {
    switch value {
    case .tensor: return tensors.popFirst().map { .tensor($0) } ?? value
    case .number, .int, .double, .bool: return tensors.popFirst().map { .number($0) } ?? value
    case .list(let list):
      return .list(TorchList(list.items.map { replacingLeaves(of: $0, by: &tensors) }))
    case .tuple(let items):
      return .tuple(items.map { replacingLeaves(of: $0, by: &tensors) })
    default: return value
    }
  }
}
