import Glibc

/// Where a command's words go: data to standard output, remarks to standard error.
package struct Console: Sendable {
  /// Whether colours may be used on standard output.
  package var isColored: Bool
  /// Whether only ASCII characters may be used.
  package var isASCII: Bool

  package init(isColored: Bool = false, isASCII: Bool = false) {
    self.isColored = isColored
    self.isASCII = isASCII
  }

  /// Whether somebody watches standard error.
  package static var isWatched: Bool { isatty(STDERR_FILENO) == 1 }

  /// Writes data; when nobody reads any more, the program ends in silence.
  package func write(_ text: String) {
    Self.write(isASCII ? Self.ascii(text) : text, to: STDOUT_FILENO)
  }

  /// Writes lines of data.
  package func write(lines: [String]) {
    write(lines.map { $0 + "\n" }.joined())
  }

  /// Writes a remark on a line of its own.
  package func remark(_ text: String) {
    Self.write((isASCII ? Self.ascii(text) : text) + "\n", to: STDERR_FILENO)
  }

  /// Shows how far a long command is, over the line before; only on a terminal.
  package func progress(_ text: String) {
    guard Self.isWatched else { return }
    Self.write("\r\u{1B}[K\(isASCII ? Self.ascii(text) : text)", to: STDERR_FILENO)
  }

  /// Takes the line of ``progress(_:)`` away.
  package func endProgress() { progress("") }

  private static func write(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        bytes = bytes.dropFirst(count)
      } else if errno == EPIPE {
        // The reader, `head` say, has what it wanted.
        exit(ExitStatus.done.rawValue)
      } else if errno != EINTR {
        return
      }
    }
  }

  /// Spells out the few characters beyond ASCII that commands use, and marks all others.
  static func ascii(_ text: String) -> String {
    let spelled: [Unicode.Scalar: String] = [
      "×": "x", "µ": "u", "−": "-", "→": "->", "·": "*", "…": "...", "–": "-", "±": "+-", "≤": "<=",
    ]
    var result = ""
    for scalar in text.unicodeScalars {
      result += scalar.isASCII ? String(scalar) : spelled[scalar] ?? "?"
    }
    return result
  }
}

extension Console {
  /// What a piece of text is, for those who see colours.
  package enum Role: String, Sendable {
    case heading = "1"
    case good = "32"
    case bad = "31"
    case warning = "33"
    case dim = "2"
  }

  /// Returns the text in the colour of a role, or as it is.
  package func styled(_ text: String, _ role: Role) -> String {
    isColored ? "\u{1B}[\(role.rawValue)m\(text)\u{1B}[0m" : text
  }
}
