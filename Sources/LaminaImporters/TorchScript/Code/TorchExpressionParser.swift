extension TorchParser {
  /// Operators between two operands, those that bind least first.
  private static let levels: [[String]] = [
    ["or"], ["and"],
    ["==", "!=", "<", ">", "<=", ">=", "is", "in"],
    ["|"], ["^"], ["&"], ["<<", ">>"], ["+", "-"], ["*", "/", "//", "%", "@"],
  ]

  /// Reads an expression.
  mutating func parseExpression() throws(ImportError) -> TorchExpression {
    try deeper { (parser) throws(ImportError) -> TorchExpression in
      let value = try parser.parseLevel(0)
      guard parser.takes("if") else { return value }
      let condition = try parser.parseLevel(0)
      try parser.expect("else")
      return .conditional(
        condition: condition,
        then: value,
        otherwise: try parser.parseExpression()
      )
    }
  }

  private mutating func parseLevel(_ level: Int) throws(ImportError) -> TorchExpression {
    guard level < Self.levels.count else { return try parseUnary() }
    if level == 2, takes("not") { return .unary("not", try parseLevel(level)) }
    var left = try parseLevel(level + 1)
    while let symbol = takeOperator(Self.levels[level]) {
      left = .binary(symbol, left, try parseLevel(level + 1))
    }
    return left
  }

  private mutating func takeOperator(_ symbols: [String]) -> String? {
    for symbol in symbols where takes(symbol) {
      if symbol == "is", takes("not") { return "is not" }
      return symbol
    }
    return nil
  }

  private mutating func parseUnary() throws(ImportError) -> TorchExpression {
    for symbol in ["-", "+", "~", "not"] where takes(symbol) {
      let operand = try deeper { (parser) throws(ImportError) in try parser.parseUnary() }
      switch (symbol, operand) {
      case ("-", .int(let value)): return .int(0 &- value)
      // The lowest number's absolute value is no whole number that fits.
      case ("-", .double(9_223_372_036_854_775_808)): return .int(.min)
      case ("-", .double(let value)): return .double(-value)
      case ("+", _): return operand
      default: return .unary(symbol, operand)
      }
    }
    let base = try parsePostfix()
    guard takes("**") else { return base }
    let power = try deeper { (parser) throws(ImportError) in try parser.parseUnary() }
    return .binary("**", base, power)
  }

  private mutating func parsePostfix() throws(ImportError) -> TorchExpression {
    var value = try parseAtom()
    while true {
      if takes(".") {
        value = .attribute(value, try name())
      } else if takes("(") {
        value = try parseCall(value)
      } else if takes("[") {
        value = try parseItem(of: value)
      } else {
        return value
      }
    }
  }

  private mutating func parseCall(
    _ function: TorchExpression
  ) throws(ImportError) -> TorchExpression {
    var arguments: [TorchExpression] = []
    var named: [(name: String, value: TorchExpression)] = []
    while !takes(")") {
      let value = try parseExpression()
      if case .name(let name) = value, takes("=") {
        named.append((name, try parseExpression()))
      } else {
        arguments.append(value)
      }
      if next != .symbol(")") { try expect(",") }
    }
    return .call(function, arguments, named)
  }

  private mutating func parseItem(of value: TorchExpression) throws(ImportError) -> TorchExpression
  {
    var items: [TorchExpression] = []
    var hasComma = false
    while !takes("]") {
      let start = next == .symbol(":") ? TorchExpression.none : try parseExpression()
      if items.isEmpty, takes(":") { return try parseSlice(of: value, from: start) }
      items.append(start)
      if takes(",") { hasComma = true } else if next != .symbol("]") { throw unexpected("\"]\"") }
    }
    if items.count == 1, !hasComma { return .item(value, items[0]) }
    return .item(value, .tuple(items))
  }

  private mutating func parseSlice(
    of value: TorchExpression,
    from start: TorchExpression
  ) throws(ImportError) -> TorchExpression {
    var end = TorchExpression.none
    var step = TorchExpression.none
    if next != .symbol("]"), next != .symbol(":") { end = try parseExpression() }
    if takes(":"), next != .symbol("]") { step = try parseExpression() }
    try expect("]")
    return .slice(value, start, end, step)
  }

  private mutating func parseAtom() throws(ImportError) -> TorchExpression {
    switch take() {
    case .int(let value): return .int(value)
    case .double(let value): return .double(value)
    case .string(var value):
      while case .string(let more) = next {
        value += more
        _ = take()
      }
      return .string(value)
    case .name("None"): return .none
    case .name("True"): return .bool(true)
    case .name("False"): return .bool(false)
    case .name("inf"): return .double(.infinity)
    case .name("nan"): return .double(.nan)
    case .name(let name): return .name(name)
    case .symbol("..."): return .name("...")
    case .symbol("("): return try parseParenthesis()
    case .symbol("["): return .list(try parseItems(until: "]"))
    case .symbol("{"): return try parseDictionary()
    default: throw unexpected("an expression before this")
    }
  }

  private mutating func parseItems(until end: String) throws(ImportError) -> [TorchExpression] {
    var items: [TorchExpression] = []
    while !takes(end) {
      items.append(try parseExpression())
      if next != .symbol(end) { try expect(",") }
    }
    return items
  }

  private mutating func parseParenthesis() throws(ImportError) -> TorchExpression {
    if takes(")") { return .tuple([]) }
    let first = try parseExpression()
    if takes(")") { return first }
    try expect(",")
    return .tuple([first] + (try parseItems(until: ")")))
  }

  private mutating func parseDictionary() throws(ImportError) -> TorchExpression {
    var items: [(key: TorchExpression, value: TorchExpression)] = []
    while !takes("}") {
      let key = try parseExpression()
      try expect(":")
      items.append((key, try parseExpression()))
      if next != .symbol("}") { try expect(",") }
    }
    return .dictionary(items)
  }
}
