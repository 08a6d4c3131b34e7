import LaminaCore
import LaminaOperators
import LaminaWire

/// Follows TorchScript code with what is known before the run, and notes the rest as a graph.
///
/// Calls of methods are followed into them, branches whose condition is known are taken, loops whose
/// count is known are unrolled. Nothing of the file is executed: the only effects are nodes.
final class TorchInterpreter {
  let archive: TorchArchive
  let graph: TorchGraph
  var inputs: [TorchInput]
  /// The values that code refers to as `CONSTANTS.c0` and on.
  var constants: [TorchValue] = []
  /// Whether the code has asked for a rank that is left open.
  var asksForRanks = false
  /// Lists, dictionaries and objects from outside of each branch and loop of the run.
  var outside: [Set<ObjectIdentifier>] = []
  /// The loops of the run whose bodies are being followed.
  var growths: [TorchGrowth] = []
  private var stepCount = 0
  private var callDepth = 0

  /// The most statements and expressions that are followed.
  static let stepLimit = 4_000_000
  /// The deepest nesting of calls.
  static let callDepthLimit = 120

  init(archive: TorchArchive, inputs: [TorchInput]) {
    self.archive = archive
    self.inputs = inputs
    graph = TorchGraph(name: archive.name)
  }

  func step() throws {
    stepCount += 1
    guard stepCount < Self.stepLimit else {
      throw ImportError.overLimit(place: "number of steps of the code", limit: Self.stepLimit)
    }
  }
}

/// The variables of a function that is being followed.
final class TorchFrame {
  var variables: [String: TorchValue] = [:]
  /// Where in the file the function is, for messages.
  let place: String

  init(place: String) { self.place = place }
}

// MARK: - Functions

extension TorchInterpreter {
  /// Follows a function of the file.
  ///
  /// - Parameters:
  ///   - function: The function.
  ///   - owner: The object whose method it is, which is the first argument.
  ///   - arguments: The arguments by position.
  ///   - named: The arguments by name.
  /// - Returns: What the function gives back.
  /// - Throws: ``TorchStop`` or ``ImportError``.
  func follow(
    _ function: TorchFunction,
    of owner: TorchObject?,
    _ arguments: [TorchValue],
    named: [String: TorchValue] = [:]
  ) throws -> TorchValue {
    guard callDepth < Self.callDepthLimit else {
      throw ImportError.overLimit(place: "nesting of calls", limit: Self.callDepthLimit)
    }
    callDepth += 1
    let path = graph.path
    if let owner { graph.path = owner.path }
    defer {
      callDepth -= 1
      graph.path = path
    }
    let frame = TorchFrame(place: function.name)
    let all = (owner.map { [.object($0)] } ?? []) + arguments
    for (index, parameter) in function.parameters.enumerated() {
      if index < all.count {
        frame.variables[parameter.name] = all[index]
      } else if let value = named[parameter.name] {
        frame.variables[parameter.name] = value
      } else if let initial = parameter.initial {
        frame.variables[parameter.name] = try evaluate(initial, frame)
      } else {
        throw TorchStop.invalid(
          place: "call of \(function.name)",
          expected: "argument \(parameter.name)",
          found: "none"
        )
      }
    }
    return try run(function.body, frame) ?? .none
  }

  /// Follows the method `name` of an object.
  func callMethod(
    _ name: String,
    of object: TorchObject,
    _ arguments: [TorchValue],
    named: [String: TorchValue] = [:]
  ) throws -> TorchValue {
    guard let type = try archive.type(named: object.className), let method = type.methods[name]
    else {
      throw TorchStop.unsupported(
        "\(object.className).\(name)",
        reason: "the file has no code of it"
      )
    }
    return try follow(method, of: object, arguments, named: named)
  }

  /// Follows a function or makes an object of a class, by the qualified name.
  func callNamed(
    _ name: String,
    _ arguments: [TorchValue],
    named: [String: TorchValue]
  ) throws -> TorchValue {
    if name.hasSuffix(".__new__") {
      return .object(TorchObject(className: String(name.dropLast(8)), path: graph.path))
    }
    if let function = try archive.function(named: name) {
      return try follow(function, of: nil, arguments, named: named)
    }
    if let type = try archive.type(named: name) {
      let object = TorchObject(className: name, path: graph.path)
      if type.methods["__init__"] != nil {
        _ = try callMethod("__init__", of: object, arguments, named: named)
      } else {
        for (attribute, value) in zip(type.attributes, arguments) {
          object.attributes[attribute.name] = value
        }
        if type.base.hasSuffix("NamedTuple") { return .tuple(arguments) }
      }
      return .object(object)
    }
    throw TorchStop.unsupported(name, reason: "the file has no code of it")
  }
}

// MARK: - Statements

extension TorchInterpreter {
  /// Follows statements.
  ///
  /// - Returns: The value to give back, when a statement said so.
  func run(_ block: [TorchStatement], _ frame: TorchFrame) throws -> TorchValue? {
    for statement in block {
      try step()
      if let value = try run(statement, frame) { return value }
    }
    return nil
  }

  private func run(_ statement: TorchStatement, _ frame: TorchFrame) throws -> TorchValue? {
    switch statement.kind {
    case .pass: return nil
    case .expression(let expression): _ = try evaluate(expression, frame)
    case .assign(let target, let value):
      let count = Self.count(of: target)
      try assign(try evaluate(value, frame, resultCount: count), to: target, frame)
    case .declaration(let target, _, let value):
      if let value { try assign(try evaluate(value, frame), to: target, frame) }
    case .giveBack(let value): return try evaluate(value, frame)
    case .raise(let value): throw TorchStop.raised(frame.place + Self.text(of: value))
    case .branch(let condition, let then, let otherwise):
      return try branch(condition, then, otherwise, frame)
    case .loop(let condition, let body): return try loop(condition, body, frame)
    case .each(let target, let items, let body): return try each(target, items, body, frame)
    }
    return nil
  }

  private static func text(of value: TorchExpression) -> String {
    if case .call(_, let arguments, _) = value, case .string(let text)? = arguments.first {
      return ": \(text)"
    }
    return ""
  }

  private static func count(of target: TorchExpression) -> Int {
    if case .tuple(let items) = target { return items.count }
    return 1
  }

  func assign(_ value: TorchValue, to target: TorchExpression, _ frame: TorchFrame) throws {
    switch target {
    case .name(let name): frame.variables[name] = value
    case .tuple(let targets):
      guard let items = value.items, items.count == targets.count else {
        throw TorchStop.invalid(
          place: frame.place,
          expected: "\(targets.count) values",
          found: value.kind
        )
      }
      for (target, item) in zip(targets, items) { try assign(item, to: target, frame) }
    case .attribute(let base, let name):
      guard case .object(let object) = try evaluate(base, frame) else {
        throw TorchStop.invalid(place: frame.place, expected: "an object", found: "\(base)")
      }
      try checkMayChange(object)
      object.attributes[name] = value
    case .item(let base, let index):
      _ = try callOperator(
        "aten::_set_item",
        [try evaluate(base, frame), try evaluate(index, frame), value]
      )
    default:
      throw TorchStop.invalid(place: frame.place, expected: "a variable", found: "\(target)")
    }
  }

  private func branch(
    _ condition: TorchExpression,
    _ then: [TorchStatement],
    _ otherwise: [TorchStatement],
    _ frame: TorchFrame
  ) throws -> TorchValue? {
    let value = try evaluate(condition, frame)
    if let isTrue = try truth(of: value) { return try run(isTrue ? then : otherwise, frame) }
    // A check that the model makes of its own data is taken to hold.
    if Self.raises(then) { return try run(otherwise, frame) }
    if Self.raises(otherwise) { return try run(then, frame) }
    try branchAtRun(value, then, otherwise, frame)
    return nil
  }

  /// Whether statements end in an error whatever happens.
  private static func raises(_ block: [TorchStatement]) -> Bool {
    block.contains { statement in
      switch statement.kind {
      case .raise: true
      case .expression(.call(let function, _, _)): function.path == "ops.prim.RaiseException"
      default: false
      }
    }
  }

  private func loop(
    _ condition: TorchExpression,
    _ body: [TorchStatement],
    _ frame: TorchFrame
  ) throws -> TorchValue? {
    while true {
      try step()
      let value = try evaluate(condition, frame)
      guard let isTrue = try truth(of: value) else {
        try loopAtRun(.condition(value, condition), body, frame)
        return nil
      }
      guard isTrue else { return nil }
      if let result = try run(body, frame) { return result }
    }
  }

  private func each(
    _ target: TorchExpression,
    _ items: TorchExpression,
    _ body: [TorchStatement],
    _ frame: TorchFrame
  ) throws -> TorchValue? {
    if case .call(.name("range"), let bounds, _) = items {
      let values = try bounds.map { try evaluate($0, frame) }
      let numbers = values.map { int($0) }
      guard !numbers.contains(nil) else {
        guard values.count == 1 else {
          throw TorchStop.unsupported("prim::Loop", reason: "its bounds depend on data")
        }
        try loopAtRun(.count(values[0], target), body, frame)
        return nil
      }
      let known = numbers.compactMap { $0 }
      var position = known.count > 1 ? known[0] : 0
      let end = known.count > 1 ? known[1] : known.first ?? 0
      let stride = known.count > 2 ? known[2] : 1
      while stride > 0 ? position < end : stride < 0 && position > end {
        try step()
        try assign(.int(position), to: target, frame)
        if let result = try run(body, frame) { return result }
        position &+= stride
      }
      return nil
    }
    let value = try evaluate(items, frame)
    for item in try elements(of: value) {
      try assign(item, to: target, frame)
      if let result = try run(body, frame) { return result }
    }
    return nil
  }

  /// The items that a loop goes through.
  private func elements(of value: TorchValue) throws -> [TorchValue] {
    if let items = value.items { return items }
    if case .dictionary(let dictionary) = value { return dictionary.items.map(\.key) }
    let count = try callOperator("aten::len", [value])
    guard let count = int(count) else {
      throw TorchStop.unsupported("prim::Loop", reason: "its count depends on data")
    }
    return try (0..<count).map { try callOperator("aten::select", [value, .int(0), .int($0)]) }
  }
}
