/// What `/` looks for: terms that must all hold.
///
///     type:Conv out:*x56x56 ms>0.2 on:cpu name~expand !is:fused
///
/// `field:text` looks for the text anywhere in the field, or, with `*` and `?` in it, for a field
/// that has this form from end to end. `field~text` looks for the text as it stands. `<`, `<=`,
/// `>`, `>=` and `=` compare numbers, which may end in `K`, `M`, `G` or `%`. A word alone looks in
/// the name and in the type. Letters' case does not matter.
package struct Query: Hashable, Sendable {
  package enum Test: Hashable, Sendable {
    case like(Pattern)
    case contains(String)
    case compare(Comparison, Double)
  }

  package enum Comparison: String, CaseIterable, Hashable, Sendable {
    case atMost = "<="
    case atLeast = ">="
    case less = "<"
    case greater = ">"
    case equal = "="

    func holds(_ left: Double, _ right: Double) -> Bool {
      switch self {
      case .atMost: left <= right
      case .atLeast: left >= right
      case .less: left < right
      case .greater: left > right
      case .equal: left == right
      }
    }
  }

  package struct Term: Hashable, Sendable {
    package var field: QueryField?
    package var test: Test
    package var isNegated: Bool
  }

  package let text: String
  package let terms: [Term]

  /// Parses a query.
  package init(_ text: String) throws(QueryError) {
    self.text = text
    var terms: [Term] = []
    for word in text.split(separator: " ") { terms.append(try Self.term(String(word))) }
    self.terms = terms
  }

  private static func term(_ word: String) throws(QueryError) -> Term {
    let isNegated = word.hasPrefix("!") && word.count > 1
    let body = isNegated ? String(word.dropFirst()) : word
    guard let start = body.firstIndex(where: { ":~<>=".contains($0) }), start != body.startIndex
    else { return Term(field: nil, test: .contains(body.lowercased()), isNegated: isNegated) }
    let name = String(body[..<start]).lowercased()
    guard let field = QueryField(rawValue: name) else { throw .unknownField(name) }
    let test = try test(of: field, rest: body[start...])
    return Term(field: field, test: test, isNegated: isNegated)
  }

  private static func test(of field: QueryField, rest: Substring) throws(QueryError) -> Test {
    if rest.hasPrefix(":") {
      let text = rest.dropFirst().lowercased()
      return text.contains(where: { $0 == "*" || $0 == "?" })
        ? .like(Pattern(text)) : .contains(text)
    }
    if rest.hasPrefix("~") { return .contains(rest.dropFirst().lowercased()) }
    for comparison in Comparison.allCases where rest.hasPrefix(comparison.rawValue) {
      let text = rest.dropFirst(comparison.rawValue.count)
      guard field.isNumber else {
        if comparison == .equal { return .like(Pattern(text.lowercased())) }
        throw .notANumberField(field.rawValue)
      }
      guard let number = number(text) else { throw .notANumber(String(text)) }
      return .compare(comparison, number)
    }
    throw .unknownField(String(rest))
  }

  private static func number(_ text: Substring) -> Double? {
    let units: [Character: Double] = ["k": 1e3, "m": 1e6, "g": 1e9, "%": 1]
    let lowered = text.lowercased()
    if let last = lowered.last, let unit = units[last] {
      return Double(lowered.dropLast()).map { $0 * unit }
    }
    return Double(lowered)
  }

  /// Whether every term holds for something with these fields.
  package func matches(_ subject: some QuerySubject) -> Bool {
    terms.allSatisfy { term in holds(term, for: subject) != term.isNegated }
  }

  private func holds(_ term: Term, for subject: some QuerySubject) -> Bool {
    guard let field = term.field else {
      return holds(term.test, text: subject.text(of: .name))
        || holds(term.test, text: subject.text(of: .type))
    }
    if case .compare(let comparison, let number) = term.test {
      return subject.number(of: field).map { comparison.holds($0, number) } ?? false
    }
    return holds(term.test, text: subject.text(of: field))
  }

  private func holds(_ test: Test, text: String?) -> Bool {
    guard let text = text?.lowercased() else { return false }
    switch test {
    case .like(let pattern): return pattern.matches(text)
    case .contains(let part): return part.isEmpty || text.contains(part)
    case .compare: return false
    }
  }
}

/// What can be asked for.
package enum QueryField: String, CaseIterable, Hashable, Sendable {
  case name
  case type
  case kernel
  case `in`
  case out
  case on
  case dtype
  case `is`
  case ms
  case share
  case macs
  case params
  case bytes

  var isNumber: Bool {
    switch self {
    case .ms, .share, .macs, .params, .bytes: true
    default: false
    }
  }
}

/// Something that a query can be asked about; what it does not have is `nil`.
package protocol QuerySubject {
  func text(of field: QueryField) -> String?
  func number(of field: QueryField) -> Double?
}

/// Why a query is not one.
package enum QueryError: Error, Hashable, Sendable, CustomStringConvertible {
  case unknownField(String)
  case notANumberField(String)
  case notANumber(String)

  package var description: String {
    switch self {
    case .unknownField(let name):
      "no field “\(name)”; there are " + QueryField.allCases.map(\.rawValue).joined(separator: " ")
    case .notANumberField(let name): "“\(name)” is text: write \(name):… or \(name)~…"
    case .notANumber(let text): "“\(text)” is no number"
    }
  }
}
