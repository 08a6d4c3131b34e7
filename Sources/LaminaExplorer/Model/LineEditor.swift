import TerminalCells

/// One line of text with a cursor.
package struct LineEditor: Hashable, Sendable {
  package private(set) var text: String
  /// The cursor's place, in characters from the start.
  package private(set) var cursor: Int

  private static let limit = 4096

  package init(_ text: String) {
    self.text = text
    cursor = text.count
  }

  /// Takes an editing key and returns whether it was one.
  package mutating func edit(_ key: Key) -> Bool {
    switch key {
    case .character(let scalar): insert(String(scalar))
    case .backspace: remove(from: cursor - 1)
    case .delete: remove(from: cursor)
    case .left, .control("b"): cursor = max(0, cursor - 1)
    case .right, .control("f"): cursor = min(text.count, cursor + 1)
    case .home, .control("a"): cursor = 0
    case .end, .control("e"): cursor = text.count
    case .control("u"):
      text = String(text.dropFirst(cursor))
      cursor = 0
    case .control("k"): text = String(text.prefix(cursor))
    case .control("w"): removeWord()
    default: return false
    }
    return true
  }

  /// Inserts text at the cursor.
  package mutating func insert(_ new: String) {
    let clean = printable(new)
    guard text.count + clean.count <= Self.limit else { return }
    text = String(text.prefix(cursor)) + clean + String(text.dropFirst(cursor))
    cursor += clean.count
  }

  private mutating func remove(from index: Int) {
    guard index >= 0, index < text.count else { return }
    text = String(text.prefix(index)) + String(text.dropFirst(index + 1))
    cursor = index
  }

  private mutating func removeWord() {
    var start = text.prefix(cursor)
    while start.last == " " { start.removeLast() }
    while let last = start.last, last != " ", last != "/" || start.count == cursor {
      start.removeLast()
    }
    text = String(start) + String(text.dropFirst(cursor))
    cursor = start.count
  }
}
