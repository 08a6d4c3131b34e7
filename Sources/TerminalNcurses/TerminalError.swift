/// Why the terminal cannot be used.
package enum TerminalError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Standard input and output are no terminal.
  case noTerminal
  /// The terminal named by `TERM` cannot place text on its screen.
  case notCapable(String)
  /// The terminal's modes could not be set.
  case modes(errno: Int32)

  package var description: String {
    switch self {
    case .noTerminal:
      "The explorer needs a terminal. Without one, `lamina inspect`, `lamina run` and "
        + "`lamina profile` show the same facts as text or JSON."
    case .notCapable(let name):
      "The terminal type “\(name)” (TERM) cannot move its cursor, which the explorer needs. "
        + "`lamina inspect MODEL` shows the same facts as text."
    case .modes(let code):
      "The terminal's modes could not be set (error \(code))."
    }
  }
}
