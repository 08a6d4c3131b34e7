import LaminaWire

/// Reads the part of Python that TorchScript code is written in.
///
/// - Source: PyTorch's TorchScript language reference; the code that `torch.jit.save` writes.
struct TorchParser {
  private let tokens: [(token: TorchToken, line: Int)]
  private let file: String
  private var position = 0
  var depth = 0

  /// The deepest nesting of expressions.
  static let depthLimit = 200

  /// Reads one file of code.
  ///
  /// - Parameters:
  ///   - text: The code.
  ///   - file: Its name in the archive, for messages.
  /// - Returns: What the file defines.
  /// - Throws: ``ImportError`` when the code is not of the language.
  static func parse(_ text: [UInt8], file: String) throws(ImportError) -> TorchCodeFile {
    let tokens = try TorchTokenizer.tokens(of: text, file: file)
    var parser = TorchParser(tokens: tokens, file: file)
    return try parser.parseFile()
  }

  private init(tokens: [(token: TorchToken, line: Int)], file: String) {
    self.tokens = tokens
    self.file = file
  }

  // MARK: Words

  var line: Int { tokens[min(position, tokens.count - 1)].line }

  var next: TorchToken { tokens[min(position, tokens.count - 1)].token }

  mutating func take() -> TorchToken {
    defer { position += 1 }
    return next
  }

  /// Takes a symbol or word if it comes next.
  mutating func takes(_ text: String) -> Bool {
    guard next == .symbol(text) || next == .name(text) else { return false }
    position += 1
    return true
  }

  mutating func expect(_ text: String) throws(ImportError) {
    guard takes(text) else { throw unexpected("\"\(text)\"") }
  }

  private mutating func expect(_ token: TorchToken) throws(ImportError) {
    guard next == token else { throw unexpected("\(token)") }
    position += 1
  }

  mutating func name() throws(ImportError) -> String {
    guard case .name(let name) = next else { throw unexpected("a name") }
    position += 1
    return name
  }

  func unexpected(_ expected: String) -> ImportError {
    .invalid(
      place: "\(file), line \(line)",
      expected: expected,
      found: SafeText.clean("\(next)", limit: 60)
    )
  }

  mutating func deeper<Result>(
    _ body: (inout TorchParser) throws(ImportError) -> Result
  ) throws(ImportError) -> Result {
    guard depth < Self.depthLimit else {
      throw .overLimit(place: "\(file), line \(line), nesting", limit: Self.depthLimit)
    }
    depth += 1
    let result = try body(&self)
    depth -= 1
    return result
  }
}

// MARK: - Definitions

extension TorchParser {
  private mutating func parseFile() throws(ImportError) -> TorchCodeFile {
    var result = TorchCodeFile()
    while next != .end {
      if takes("class") {
        let type = try parseClass()
        result.classes[type.name] = type
      } else if takes("def") {
        let function = try parseFunction(of: nil)
        result.functions[function.name] = function
      } else if next == .newline {
        position += 1
      } else {
        _ = try parseStatement()
      }
    }
    return result
  }

  private mutating func parseClass() throws(ImportError) -> TorchClass {
    var type = TorchClass(name: try name(), base: "")
    if takes("(") {
      if next != .symbol(")") { type.base = try parseExpression().path ?? "" }
      try expect(")")
    }
    try expect(":")
    try expect(.newline)
    try expect(.indent)
    while next != .dedent, next != .end {
      if takes("def") {
        let method = try parseFunction(of: type.name)
        type.methods[method.name] = method
      } else if case .declaration(let target, let kind, let value) = try parseStatement().kind,
        case .name(let name) = target
      {
        type.attributes.append((name, kind, value))
      }
    }
    try expect(.dedent)
    return type
  }

  private mutating func parseFunction(of type: String?) throws(ImportError) -> TorchFunction {
    let name = try name()
    var parameters: [TorchParameter] = []
    try expect("(")
    while !takes(")") {
      _ = takes("*")
      var parameter = TorchParameter(name: try self.name())
      if takes(":") { parameter.type = try parseExpression() }
      if takes("=") { parameter.initial = try parseExpression() }
      parameters.append(parameter)
      if next != .symbol(")") { try expect(",") }
    }
    if takes("->") { _ = try parseExpression() }
    return TorchFunction(name: name, parameters: parameters, body: try parseBlock())
  }

  private mutating func parseBlock() throws(ImportError) -> [TorchStatement] {
    try expect(":")
    guard next == .newline else { return [try parseStatement()] }
    position += 1
    try expect(.indent)
    return try deeper { (parser) throws(ImportError) -> [TorchStatement] in
      var statements: [TorchStatement] = []
      while parser.next != .dedent, parser.next != .end {
        statements.append(try parser.parseStatement())
      }
      try parser.expect(.dedent)
      return statements
    }
  }
}

// MARK: - Statements

extension TorchParser {
  private mutating func parseStatement() throws(ImportError) -> TorchStatement {
    let line = line
    if takes("if") { return TorchStatement(line: line, kind: try parseBranch()) }
    if takes("while") {
      let condition = try parseExpression()
      return TorchStatement(line: line, kind: .loop(condition, try parseBlock()))
    }
    if takes("for") {
      var names = [TorchExpression.name(try name())]
      while takes(","), next != .name("in") { names.append(.name(try name())) }
      let target = names.count == 1 ? names[0] : .tuple(names)
      try expect("in")
      let items = try parseExpression()
      return TorchStatement(line: line, kind: .each(target, in: items, try parseBlock()))
    }
    let kind = try parseSimpleStatement()
    if next != .end { try expect(.newline) }
    return TorchStatement(line: line, kind: kind)
  }

  private mutating func parseBranch() throws(ImportError) -> TorchStatement.Kind {
    let condition = try parseExpression()
    let then = try parseBlock()
    let line = line
    if takes("elif") {
      let inner = TorchStatement(
        line: line,
        kind: try deeper { (parser) throws(ImportError) in try parser.parseBranch() }
      )
      return .branch(condition, then: then, otherwise: [inner])
    }
    return .branch(condition, then: then, otherwise: takes("else") ? try parseBlock() : [])
  }

  private mutating func parseSimpleStatement() throws(ImportError) -> TorchStatement.Kind {
    if takes("pass") { return .pass }
    if takes("return") {
      return .giveBack(next == .newline || next == .end ? .none : try parseTargets())
    }
    if takes("raise") { return .raise(try parseExpression()) }
    let target = try parseTargets()
    if takes("=") { return .assign(target, try parseTargets()) }
    if takes(":") {
      let type = try parseExpression()
      return .declaration(target, type: type, value: takes("=") ? try parseTargets() : nil)
    }
    if case .symbol(let symbol) = next, symbol.hasSuffix("="), symbol.count > 1,
      !["==", "!=", "<=", ">="].contains(symbol)
    {
      position += 1
      return .assign(target, .binary(String(symbol.dropLast()), target, try parseExpression()))
    }
    return .expression(target)
  }

  /// Reads one expression, or several with commas between them as a tuple.
  private mutating func parseTargets() throws(ImportError) -> TorchExpression {
    let first = try parseExpression()
    guard next == .symbol(",") else { return first }
    var items = [first]
    while takes(",") {
      if next == .symbol("=") || next == .newline || next == .end { break }
      items.append(try parseExpression())
    }
    return .tuple(items)
  }
}
