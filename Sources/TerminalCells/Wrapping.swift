/// Returns the text in lines of at most `width` columns, broken at blanks where there are some.
package func wrapped(_ text: String, to width: Int) -> [String] {
  guard width > 0 else { return [] }
  var lines: [String] = []
  var line = ""
  for word in text.split(separator: " ") {
    if !line.isEmpty, columnCount(of: line) + 1 + columnCount(of: String(word)) > width {
      lines.append(line)
      line = ""
    }
    line += line.isEmpty ? String(word) : " \(word)"
  }
  return line.isEmpty ? lines : lines + [line]
}

/// Returns the text in pieces of at most `width` columns, broken anywhere, for names.
package func chopped(_ text: String, to width: Int) -> [String] {
  guard width > 0 else { return [] }
  var lines: [String] = []
  var line = String.UnicodeScalarView()
  var used = 0
  for scalar in text.unicodeScalars {
    let columns = scalar.isPrintable ? scalar.columnCount : 1
    if used + columns > width {
      lines.append(String(line))
      line = String.UnicodeScalarView()
      used = 0
    }
    line.append(scalar)
    used += columns
  }
  return line.isEmpty ? lines : lines + [String(line)]
}
