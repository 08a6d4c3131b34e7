import LaminaCore
import LaminaOperators

extension TorchInterpreter {
  /// Works out an expression.
  ///
  /// - Parameters:
  ///   - expression: The expression.
  ///   - frame: The variables.
  ///   - resultCount: How many values the code takes the result apart into.
  /// - Returns: The value.
  /// - Throws: ``TorchStop`` or ``ImportError``.
  func evaluate(
    _ expression: TorchExpression,
    _ frame: TorchFrame,
    resultCount: Int = 1
  ) throws -> TorchValue {
    try step()
    switch expression {
    case .none: return .none
    case .bool(let value): return .bool(value)
    case .int(let value): return .int(value)
    case .double(let value): return .double(value)
    case .string(let value): return .string(value)
    case .name(let name): return try variable(name, frame)
    case .attribute(let base, let name): return try attribute(expression, base, name, frame)
    case .call(let function, let arguments, let named):
      return try call(function, arguments, named, frame, resultCount)
    case .item(let base, let index): return try item(base, index, frame)
    case .slice(let base, let start, let end, let step):
      let bounds = try [start, end, step].map { try evaluate($0, frame) }
      return try callOperator("aten::slice", [try evaluate(base, frame)] + bounds)
    case .list(let items): return .list(TorchList(try items.map { try evaluate($0, frame) }))
    case .tuple(let items): return .tuple(try items.map { try evaluate($0, frame) })
    case .dictionary(let items): return try dictionary(items, frame)
    case .unary(let symbol, let operand):
      return try callOperator(Self.unaryNames[symbol] ?? symbol, [try evaluate(operand, frame)])
    case .binary(let symbol, let a, let b): return try binary(symbol, a, b, frame)
    case .conditional(let condition, let then, let otherwise):
      return try conditional(condition, then, otherwise, frame)
    }
  }

  private func variable(_ name: String, _ frame: TorchFrame) throws -> TorchValue {
    if let value = frame.variables[name] { return value }
    throw TorchStop.invalid(place: frame.place, expected: "a known variable", found: name)
  }

  private func dictionary(
    _ items: [(key: TorchExpression, value: TorchExpression)],
    _ frame: TorchFrame
  ) throws -> TorchValue {
    let dictionary = TorchDictionary()
    for item in items {
      dictionary[try evaluate(item.key, frame)] = try evaluate(item.value, frame)
    }
    return .dictionary(dictionary)
  }

  private func conditional(
    _ condition: TorchExpression,
    _ then: TorchExpression,
    _ otherwise: TorchExpression,
    _ frame: TorchFrame
  ) throws -> TorchValue {
    guard let isTrue = try truth(of: try evaluate(condition, frame)) else {
      throw TorchStop.unsupported("prim::If", reason: "the condition depends on data")
    }
    return try evaluate(isTrue ? then : otherwise, frame)
  }

  private static let unaryNames = [
    "-": "aten::neg", "not": "aten::__not__", "~": "aten::bitwise_not",
  ]

  private static let binaryNames = [
    "+": "aten::add", "-": "aten::sub", "*": "aten::mul", "/": "aten::div",
    "//": "aten::floordiv", "%": "aten::remainder", "**": "aten::pow", "@": "aten::matmul",
    "==": "aten::eq", "!=": "aten::ne", "<": "aten::lt", ">": "aten::gt", "<=": "aten::le",
    ">=": "aten::ge", "is": "aten::__is__", "is not": "aten::__isnot__", "&": "aten::__and__",
    "|": "aten::__or__", "^": "aten::__xor__", "<<": "aten::__lshift__", ">>": "aten::__rshift__",
  ]

  private func binary(
    _ symbol: String,
    _ a: TorchExpression,
    _ b: TorchExpression,
    _ frame: TorchFrame
  ) throws -> TorchValue {
    let left = try evaluate(a, frame)
    if symbol == "and" || symbol == "or", let isTrue = try truth(of: left) {
      return isTrue == (symbol == "or") ? left : try evaluate(b, frame)
    }
    let right = try evaluate(b, frame)
    if symbol == "in" { return try callOperator("aten::__contains__", [right, left]) }
    let name = Self.binaryNames[symbol] ?? "aten::__\(symbol)__"
    return try callOperator(name, [left, right])
  }
}

// MARK: - Attributes and items

extension TorchInterpreter {
  private func attribute(
    _ expression: TorchExpression,
    _ base: TorchExpression,
    _ name: String,
    _ frame: TorchFrame
  ) throws -> TorchValue {
    if let path = globalPath(expression, frame) {
      guard path.hasPrefix("CONSTANTS.c"), let index = Int(path.dropFirst(11)) else {
        return .function(path)
      }
      guard constants.indices.contains(index) else {
        throw TorchStop.invalid(
          place: frame.place,
          expected: "a constant below \(constants.count)",
          found: path
        )
      }
      return constants[index]
    }
    return try attribute(name, of: try evaluate(base, frame), frame)
  }

  /// The dotted name, unless its first part is a variable.
  private func globalPath(_ expression: TorchExpression, _ frame: TorchFrame) -> String? {
    guard let path = expression.path, let root = path.split(separator: ".").first,
      frame.variables[String(root)] == nil
    else { return nil }
    return path
  }

  private func attribute(
    _ name: String,
    of value: TorchValue,
    _ frame: TorchFrame
  ) throws -> TorchValue {
    guard case .object(let object) = value else {
      return try callOperator("prim::\(name)", [value])
    }
    if let value = object.attributes[name] { return value }
    if let type = try archive.type(named: object.className),
      let constant = type.attributes.first(where: { $0.name == name })?.value
    {
      return try evaluate(constant, TorchFrame(place: object.className))
    }
    throw TorchStop.invalid(
      place: frame.place,
      expected: "an attribute of \(object.className)",
      found: name
    )
  }

  private func item(
    _ base: TorchExpression,
    _ index: TorchExpression,
    _ frame: TorchFrame
  ) throws -> TorchValue {
    if case .call(let function, let arguments, _) = base, function.path == "torch.size",
      arguments.count == 1
    {
      // One length alone needs no rank.
      let values = [try evaluate(arguments[0], frame), try evaluate(index, frame)]
      return try callOperator("aten::size", values)
    }
    let value = try evaluate(base, frame)
    let index = try evaluate(index, frame)
    if case .tensor = value { return try callOperator("aten::select", [value, .int(0), index]) }
    return try callOperator("aten::__getitem__", [value, index])
  }
}

// MARK: - Calls

extension TorchInterpreter {
  private func call(
    _ function: TorchExpression,
    _ arguments: [TorchExpression],
    _ named: [(name: String, value: TorchExpression)],
    _ frame: TorchFrame,
    _ resultCount: Int
  ) throws -> TorchValue {
    if case .name(let name) = function, frame.variables[name] == nil {
      return try callBuiltin(name, arguments, frame)
    }
    var values = try arguments.map { try evaluate($0, frame) }
    var names: [String: TorchValue] = [:]
    for (name, value) in named { names[name] = try evaluate(value, frame) }
    if let path = globalPath(function, frame) {
      return try callPath(path, values, names, resultCount)
    }
    if case .attribute(let base, let method) = function {
      let owner = try evaluate(base, frame)
      if case .object(let object) = owner {
        return try callMethod(method, of: object, values, named: names)
      }
      values.insert(owner, at: 0)
      return try callOperator("aten::\(method)", values, named: names, resultCount: resultCount)
    }
    if case .function(let name) = try evaluate(function, frame) {
      return try callPath(name, values, names, resultCount)
    }
    throw TorchStop.invalid(place: frame.place, expected: "a function", found: "\(function)")
  }

  private func callPath(
    _ path: String,
    _ values: [TorchValue],
    _ named: [String: TorchValue],
    _ resultCount: Int
  ) throws -> TorchValue {
    let parts = path.split(separator: ".").map(String.init)
    if parts.count == 2, parts[0] == "torch" {
      return try callOperator("aten::\(parts[1])", values, named: named, resultCount: resultCount)
    }
    if parts.count == 3, parts[0] == "ops" {
      let name = "\(parts[1])::\(parts[2])"
      return try callOperator(name, values, named: named, resultCount: resultCount)
    }
    return try callNamed(path, values, named: named)
  }

  /// Functions of the language itself.
  private func callBuiltin(
    _ name: String,
    _ arguments: [TorchExpression],
    _ frame: TorchFrame
  ) throws -> TorchValue {
    switch (name, arguments.count) {
    case ("annotate", 2), ("unchecked_cast", 2):
      return try evaluate(arguments[1], frame)
    case ("uninitialized", 1): return .none
    case ("isinstance", 2): return .bool(try isInstance(arguments, frame))
    case ("getattr", 2):
      if case .string(let attribute) = try evaluate(arguments[1], frame) {
        return try self.attribute(attribute, of: try evaluate(arguments[0], frame), frame)
      }
    case ("int", 1): return try callOperator("aten::Int", [try evaluate(arguments[0], frame)])
    case ("float", 1): return try callOperator("aten::Float", [try evaluate(arguments[0], frame)])
    case ("bool", 1): return try callOperator("aten::Bool", [try evaluate(arguments[0], frame)])
    default: break
    }
    return try callOperator("aten::\(name)", try arguments.map { try evaluate($0, frame) })
  }

  private func isInstance(_ arguments: [TorchExpression], _ frame: TorchFrame) throws -> Bool {
    let value = try evaluate(arguments[0], frame)
    var name = arguments[1].path ?? ""
    if case .item(let base, _) = arguments[1] { name = base.path ?? "" }
    switch value {
    case .none: return name == "NoneType" || name == "Optional"
    case .bool: return name == "bool"
    case .int: return name == "int" || name == "number"
    case .double: return name == "float" || name == "number"
    case .string: return name == "str"
    case .tensor: return name == "Tensor"
    case .number: return ["int", "float", "bool", "number"].contains(name)
    case .list: return name == "List"
    case .tuple: return name == "Tuple"
    case .dictionary: return name == "Dict"
    case .object(let object): return object.className == name
    case .function: return false
    }
  }
}
