import LaminaCore

/// Turns the text of a regular expression into the steps of its machine.
struct RegularExpressionParser {
  private typealias Step = RegularExpression.Step
  private typealias CharacterSet = RegularExpression.CharacterSet

  /// The most steps of a machine, the most repetitions, and the deepest nesting.
  private static let limits = (steps: 50_000, repeats: 1000, depth: 200)

  static let word = RegularExpression.CharacterSet(
    ranges: [0x30...0x39, 0x41...0x5a, 0x5f...0x5f, 0x61...0x7a])
  private static let digit = RegularExpression.CharacterSet(ranges: [0x30...0x39])
  private static let space = RegularExpression.CharacterSet(
    ranges: [0x09...0x0a, 0x0c...0x0d, 0x20...0x20])

  private let pattern: [Unicode.Scalar]
  private var place = 0
  private var depth = 0
  private var ignoresCase = false
  private var dotMatchesNewline = false

  init(_ text: String) { pattern = Array(text.unicodeScalars) }

  mutating func parse() throws(ShapeError) -> [RegularExpression.Step] {
    let steps = try parseChoice()
    guard place == pattern.count else { throw error("an opening parenthesis") }
    return steps
  }

  private func error(_ expected: String) -> ShapeError {
    .invalidAttribute(
      "pattern",
      found: "\(String(String.UnicodeScalarView(pattern))) at \(place)",
      expected: expected
    )
  }

  private var next: Unicode.Scalar? { place < pattern.count ? pattern[place] : nil }

  private mutating func take(_ text: String) -> Bool {
    let scalars = Array(text.unicodeScalars)
    guard pattern[place...].starts(with: scalars) else { return false }
    place += scalars.count
    return true
  }

  /// `a|b|…`; positions of steps are relative to their block, see ``shifted(_:by:)``.
  private mutating func parseChoice() throws(ShapeError) -> [Step] {
    depth += 1
    defer { depth -= 1 }
    guard depth < Self.limits.depth else { throw error("fewer nested groups") }
    var steps = try parseSequence()
    while take("|") {
      let other = try parseSequence()
      let end = steps.count + 2 + other.count
      steps =
        [.fork(1, steps.count + 2)] + shifted(steps, by: 1) + [.jump(end)]
        + shifted(other, by: steps.count + 2)
    }
    return steps
  }

  private mutating func parseSequence() throws(ShapeError) -> [Step] {
    var steps: [Step] = []
    while let scalar = next, scalar != "|", scalar != ")" {
      let atom = try parseRepeated()
      steps += shifted(atom, by: steps.count)
      guard steps.count < Self.limits.steps else { throw error("a shorter pattern") }
    }
    return steps
  }

  private mutating func parseRepeated() throws(ShapeError) -> [Step] {
    var steps = try parseAtom()
    while let scalar = next {
      let bounds: (low: Int, high: Int?)
      switch scalar {
      case "*": bounds = (0, nil)
      case "+": bounds = (1, nil)
      case "?": bounds = (0, 1)
      case "{":
        guard let counted = parseCounts() else { return steps }
        bounds = counted
        place -= 1
      default: return steps
      }
      place += 1
      _ = take("?")
      steps = try repeated(steps, bounds.low, bounds.high)
    }
    return steps
  }

  /// `{2}`, `{2,}` or `{2,5}`; anything else is text.
  private mutating func parseCounts() -> (Int, Int?)? {
    guard let end = pattern[place...].firstIndex(of: "}") else { return nil }
    let inside = String(String.UnicodeScalarView(pattern[place + 1..<end]))
    let parts = inside.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count <= 2, let low = parts.first.flatMap({ Int($0) }), low >= 0 else { return nil }
    var high: Int? = low
    if parts.count == 2 {
      high = Int(parts[1])
      guard high != nil || parts[1].isEmpty else { return nil }
    }
    place = end + 1
    return (low, high)
  }

  private func repeated(_ steps: [Step], _ low: Int, _ high: Int?) throws(ShapeError) -> [Step] {
    let most = max(low, high ?? low)
    guard most <= Self.limits.repeats, high.map({ $0 >= low }) ?? true,
      (most + 1) * (steps.count + 2) < Self.limits.steps
    else { throw error("at most \(Self.limits.repeats) repetitions") }
    var result: [Step] = []
    for _ in 0..<low { result += shifted(steps, by: result.count) }
    guard let high else {
      let start = result.count
      let body = shifted(steps, by: start + 1)
      return result + [.fork(start + 1, start + steps.count + 2)] + body + [.jump(start)]
    }
    let end = result.count + (high - low) * (steps.count + 1)
    for _ in low..<high {
      result.append(.fork(result.count + 1, end))
      result += shifted(steps, by: result.count)
    }
    return result
  }

  private func shifted(_ steps: [Step], by offset: Int) -> [Step] {
    steps.map { step in
      switch step {
      case .fork(let a, let b): .fork(a + offset, b + offset)
      case .jump(let target): .jump(target + offset)
      default: step
      }
    }
  }

  private mutating func parseAtom() throws(ShapeError) -> [Step] {
    guard let scalar = next else { return [] }
    place += 1
    switch scalar {
    case "(": return try parseGroup()
    case "[": return [.read(try parseClass())]
    case ".":
      let newline = dotMatchesNewline ? [] : [UInt32(10)...10]
      return [.read(CharacterSet(ranges: newline, isInverted: true))]
    case "^": return [.assert(.textStart)]
    case "$": return [.assert(.textEnd)]
    case "*", "+", "?":
      place -= 1
      throw error("something to repeat")
    case "\\": return [try parseEscape()]
    default: return [.read(literal(scalar))]
    }
  }

  private func literal(_ scalar: Unicode.Scalar) -> CharacterSet {
    CharacterSet(ranges: [scalar.value...scalar.value], ignoresCase: ignoresCase)
  }

  /// What follows an opening parenthesis; flags hold to the end of the group around them.
  private mutating func parseGroup() throws(ShapeError) -> [Step] {
    let outer = (ignoresCase, dotMatchesNewline)
    if take("?P<") || take("?<") {
      guard let end = pattern[place...].firstIndex(of: ">") else { throw error("a name") }
      place = end + 1
    } else if take("?") {
      if try parseFlags() { return [] }
    }
    let steps = try parseChoice()
    guard take(")") else { throw error("a closing parenthesis") }
    (ignoresCase, dotMatchesNewline) = outer
    return steps
  }

  /// Returns whether the group holds nothing but flags.
  private mutating func parseFlags() throws(ShapeError) -> Bool {
    var isOn = true
    while let flag = next {
      place += 1
      switch flag {
      case ":": return false
      case ")": return true
      case "-": isOn = false
      case "i": ignoresCase = isOn
      case "s": dotMatchesNewline = isOn
      case "U": continue
      default: throw error("one of the flags i, s, U")
      }
    }
    throw error("a closing parenthesis")
  }

  private mutating func parseEscape() throws(ShapeError) -> Step {
    switch next {
    case "b": place += 1; return .assert(.wordBoundary)
    case "B": place += 1; return .assert(.noWordBoundary)
    case "A": place += 1; return .assert(.textStart)
    case "z": place += 1; return .assert(.textEnd)
    default: return .read(try parseEscapedSet())
    }
  }

  /// What a backslash in front of a character means, within a class or outside.
  private mutating func parseEscapedSet() throws(ShapeError) -> CharacterSet {
    guard let scalar = next else { throw error("a character after the backslash") }
    place += 1
    switch scalar {
    case "w", "W": return inverted(Self.word, if: scalar == "W")
    case "d", "D": return inverted(Self.digit, if: scalar == "D")
    case "s", "S": return inverted(Self.space, if: scalar == "S")
    case "n": return literal("\n")
    case "t": return literal("\t")
    case "r": return literal("\r")
    case "f": return literal("\u{c}")
    case "v": return literal("\u{b}")
    case "x": return literal(try parseHexadecimal())
    default:
      guard !Self.word.contains(scalar) else {
        place -= 1
        throw error("a known escape")
      }
      return literal(scalar)
    }
  }

  private mutating func parseHexadecimal() throws(ShapeError) -> Unicode.Scalar {
    var digits = ""
    if take("{") {
      while let scalar = next, scalar != "}", digits.count < 8 {
        digits.unicodeScalars.append(scalar)
        place += 1
      }
      guard take("}") else { throw error("a closing brace") }
    } else {
      digits = String(String.UnicodeScalarView(pattern[place...].prefix(2)))
      place += digits.unicodeScalars.count
    }
    guard let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value) else {
      throw error("hexadecimal digits")
    }
    return scalar
  }

  private func inverted(_ set: CharacterSet, if isInverted: Bool) -> CharacterSet {
    CharacterSet(ranges: set.ranges, isInverted: isInverted)
  }

  /// What follows an opening bracket.
  private mutating func parseClass() throws(ShapeError) -> CharacterSet {
    var set = CharacterSet(isInverted: take("^"), ignoresCase: ignoresCase)
    var isFirst = true
    while let scalar = next, isFirst || scalar != "]" {
      isFirst = false
      if let named = try parseNamedClass() {
        set.ranges += named
        continue
      }
      let low = try parseClassItem()
      guard low.count == 1, low[0].count == 1, place + 1 < pattern.count, next == "-",
        pattern[place + 1] != "]"
      else {
        set.ranges += low
        continue
      }
      place += 1
      let high = try parseClassItem()
      guard high.count == 1, high[0].count == 1, high[0].lowerBound >= low[0].lowerBound else {
        throw error("a range in ascending order")
      }
      set.ranges.append(low[0].lowerBound...high[0].lowerBound)
    }
    guard take("]") else { throw error("a closing bracket") }
    return set
  }

  private mutating func parseClassItem() throws(ShapeError) -> [ClosedRange<UInt32>] {
    guard let scalar = next else { throw error("a closing bracket") }
    place += 1
    guard scalar == "\\" else { return [scalar.value...scalar.value] }
    let set = try parseEscapedSet()
    return set.isInverted ? Self.complement(set.ranges) : set.ranges
  }

  /// `[:alpha:]` and its kin.
  private mutating func parseNamedClass() throws(ShapeError) -> [ClosedRange<UInt32>]? {
    guard take("[:") else { return nil }
    let named: [String: [ClosedRange<UInt32>]] = [
      "alnum": [0x30...0x39, 0x41...0x5a, 0x61...0x7a], "alpha": [0x41...0x5a, 0x61...0x7a],
      "digit": [0x30...0x39], "lower": [0x61...0x7a], "upper": [0x41...0x5a],
      "space": [0x09...0x0d, 0x20...0x20],
      "punct": [0x21...0x2f, 0x3a...0x40, 0x5b...0x60, 0x7b...0x7e],
      "word": Self.word.ranges, "xdigit": [0x30...0x39, 0x41...0x46, 0x61...0x66],
    ]
    for (name, ranges) in named where take(name + ":]") { return ranges }
    throw error("a known class name")
  }

  private static func complement(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
    var (gaps, start): ([ClosedRange<UInt32>], UInt32) = ([], 0)
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if range.lowerBound > start { gaps.append(start...range.lowerBound - 1) }
      start = range.upperBound + 1
    }
    return gaps + [start...0x10_ffff]
  }
}
