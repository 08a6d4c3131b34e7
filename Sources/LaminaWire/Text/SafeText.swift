/// Makes text from a file safe to show on a terminal.
package enum SafeText {
  /// The most scalars that a name keeps.
  package static let nameLimit = 4096

  /// Returns `text` without control, bidirectional, format, private and unassigned characters.
  ///
  /// Tabs and line breaks become single spaces, so the result is one line.
  ///
  /// - Parameters:
  ///   - text: Text as the file has it.
  ///   - limit: The most scalars to keep; what is cut off is marked with an ellipsis.
  /// - Returns: Text that moves no cursor and reorders nothing.
  package static func clean(_ text: String, limit: Int = nameLimit) -> String {
    if isPlain(text, limit: limit) { return text }
    var result = String.UnicodeScalarView()
    var count = 0
    for scalar in text.unicodeScalars {
      guard let kept = replacement(for: scalar) else { continue }
      if count == limit {
        result.append("…")
        break
      }
      result.append(kept)
      count += 1
    }
    return String(result)
  }

  /// Returns the lines of `bytes`, read as UTF-8, each made safe; empty lines at the end are dropped.
  package static func lines(_ bytes: some Sequence<UInt8>, limit: Int = nameLimit) -> [String] {
    var lines = [[UInt8]()]
    for byte in bytes {
      if byte == UInt8(ascii: "\n") {
        lines.append([])
      } else {
        lines[lines.count - 1].append(byte)
      }
    }
    var texts = lines.map {
      clean(String(decoding: withoutReturn($0), as: UTF8.self), limit: limit)
    }
    while texts.last?.isEmpty == true { texts.removeLast() }
    return texts
  }

  /// Whether `text` is printable ASCII of at most `limit` characters, the common case.
  private static func isPlain(_ text: String, limit: Int) -> Bool {
    text.utf8.count <= limit && text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
  }

  private static func withoutReturn(_ line: [UInt8]) -> ArraySlice<UInt8> {
    line.last == UInt8(ascii: "\r") ? line.dropLast() : line[...]
  }

  /// Returns what to show for `scalar`, or `nil` when it is left out.
  private static func replacement(for scalar: Unicode.Scalar) -> Unicode.Scalar? {
    if scalar == "\t" || scalar == "\n" { return " " }
    return switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned: nil
    case .lineSeparator, .paragraphSeparator, .spaceSeparator: " "
    default: scalar
    }
  }
}
