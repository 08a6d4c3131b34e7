/// Why a line after `:` is no command.
package enum CommandError: Error, Hashable, Sendable, CustomStringConvertible {
  case unknown(String, nearest: String?)
  case badArgument(name: String, argument: String)

  package var description: String {
    switch self {
    case .unknown(let name, let nearest):
      "no command “\(name)”" + (nearest.map { "; did you mean “\($0)”?" } ?? "; ? lists them")
    case .badArgument(let name, let argument): "“\(name)” cannot be given “\(argument)”"
    }
  }
}

/// Returns the command that a line after `:` asks for: its name, or the beginning of no other
/// command's name, and what follows.
package func command(from line: String) throws(CommandError) -> Command {
  let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
  let name = parts.first ?? ""
  let argument = parts.count > 1 ? parts[1].trimmingBlanks : ""
  let beginning = commandTable.filter { $0.name.hasPrefix(name) }
  guard
    let entry = commandTable.first(where: { $0.name == name })
      ?? (beginning.count == 1 && !name.isEmpty ? beginning[0] : nil)
  else { throw .unknown(name, nearest: name.isEmpty ? nil : beginning.first?.name) }
  guard let command = entry.command(argument.isEmpty ? nil : argument) else {
    throw .badArgument(name: entry.name, argument: argument)
  }
  return command
}

extension String {
  /// The text without blanks at its ends.
  var trimmingBlanks: String {
    var text = self[...]
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}

extension ExplorerModel {
  /// Returns what the line after `:` can be completed to, as whole lines.
  func completions(ofCommand line: String) -> [String] {
    guard let space = line.firstIndex(of: " ") else {
      return commandTable.map(\.name).filter { $0.hasPrefix(line) }
    }
    let name = String(line[..<space])
    let typed = String(line[line.index(after: space)...])
    return arguments(of: name).filter { $0.hasPrefix(typed) }.map { "\(name) \($0)" }
  }

  /// The values that a command's argument can have.
  private func arguments(of name: String) -> [String] {
    switch name {
    case "backend": choices.backends.filter(\.isAvailable).map(\.name)
    case "precision": choices.precisions.filter(\.isAvailable).map(\.name)
    case "threads": (1...max(1, choices.threadLimit)).map(String.init)
    case "color": Coloring.allCases.map(\.rawValue)
    case "copy": CopyKind.allCases.map(\.rawValue)
    case "sort": sortColumns.map(\.name)
    default: []
    }
  }
}
