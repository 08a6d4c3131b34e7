import LaminaCore

/// A regular expression in RE2's syntax, matched in time proportional to text times pattern.
///
/// The pattern becomes a machine that is in many states at once (Thompson, "Regular expression
/// search algorithm", CACM 11, 1968), so that no pattern can make it run for long.
struct RegularExpression {
  enum Step {
    /// Reads one character of a set and goes on.
    case read(CharacterSet)
    /// Goes on only at such a place of the text.
    case assert(Assertion)
    /// Goes on at both places.
    case fork(Int, Int)
    case jump(Int)
    case accept
  }

  enum Assertion { case textStart, textEnd, wordBoundary, noWordBoundary }

  /// Some characters: ranges of code points, or all others.
  struct CharacterSet {
    var ranges: [ClosedRange<UInt32>] = []
    var isInverted = false
    var ignoresCase = false

    func contains(_ scalar: Unicode.Scalar) -> Bool {
      var isInside = ranges.contains { $0.contains(scalar.value) }
      if ignoresCase, !isInside {
        let others = [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping]
        isInside = others.contains { other in
          other.unicodeScalars.count == 1
            && ranges.contains { $0.contains(other.unicodeScalars.first?.value ?? 0) }
        }
      }
      return isInside != isInverted
    }
  }

  private let steps: [Step]

  init(_ pattern: String) throws(ShapeError) {
    var parser = RegularExpressionParser(pattern)
    steps = try parser.parse() + [.accept]
  }

  /// Whether the expression describes the whole text.
  func matchesWhole(_ text: String) -> Bool {
    let scalars = Array(text.unicodeScalars)
    var current = states(from: [0], at: 0, in: scalars)
    for (place, scalar) in scalars.enumerated() {
      let next = current.compactMap { state -> Int? in
        guard case .read(let set) = steps[state], set.contains(scalar) else { return nil }
        return state + 1
      }
      if next.isEmpty { return false }
      current = states(from: next, at: place + 1, in: scalars)
    }
    return current.contains(steps.count - 1)
  }

  /// All states that are reached without reading.
  private func states(from start: [Int], at place: Int, in text: [Unicode.Scalar]) -> [Int] {
    var isSeen = [Bool](repeating: false, count: steps.count)
    var pending = start
    var reached: [Int] = []
    while let state = pending.popLast() {
      if isSeen[state] { continue }
      isSeen[state] = true
      switch steps[state] {
      case .fork(let a, let b): pending += [a, b]
      case .jump(let target): pending.append(target)
      case .assert(let assertion):
        if holds(assertion, at: place, in: text) { pending.append(state + 1) }
      case .read, .accept: reached.append(state)
      }
    }
    return reached
  }

  private func holds(_ assertion: Assertion, at place: Int, in text: [Unicode.Scalar]) -> Bool {
    func isWord(_ index: Int) -> Bool {
      text.indices.contains(index) && RegularExpressionParser.word.contains(text[index])
    }
    let isBoundary = isWord(place - 1) != isWord(place)
    switch assertion {
    case .textStart: return place == 0
    case .textEnd: return place == text.count
    case .wordBoundary: return isBoundary
    case .noWordBoundary: return !isBoundary
    }
  }
}
