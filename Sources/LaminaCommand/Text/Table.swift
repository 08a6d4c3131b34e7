import TerminalCells

/// Rows of text in columns that line up.
package struct Table {
  /// How a column is filled up.
  package enum Alignment: Sendable { case leading, trailing }

  private var alignments: [Alignment]
  private var rows: [[String]] = []
  private var hasHeader = false
  /// The widest that a column of text gets before it is cut.
  package var widthLimit = 48

  /// A table with a line of titles.
  package init(_ columns: [(title: String, alignment: Alignment)]) {
    alignments = columns.map(\.alignment)
    rows = [columns.map(\.title)]
    hasHeader = true
  }

  /// A table without titles.
  package init(alignments: [Alignment]) { self.alignments = alignments }

  package mutating func add(_ cells: [String]) { rows.append(cells) }

  package var isEmpty: Bool { rows.count == (hasHeader ? 1 : 0) }

  /// The lines, two spaces between columns, nothing behind the last text.
  package func lines(ascii: Bool = false) -> [String] {
    let cut = rows.map { row in row.map { Self.cut($0, to: widthLimit, ascii: ascii) } }
    let widths = alignments.indices.map { column in
      cut.map { $0.indices.contains(column) ? Self.width($0[column]) : 0 }.max() ?? 0
    }
    return cut.map { row in
      var line = ""
      for (column, cell) in row.enumerated() where column < widths.count {
        let filler = String(repeating: " ", count: widths[column] - Self.width(cell))
        line += column == 0 ? "" : "  "
        line += alignments[column] == .leading ? cell + filler : filler + cell
      }
      while line.utf8.last == UInt8(ascii: " ") { line.removeLast() }
      return line
    }
  }

  /// How many columns of a terminal a text takes.
  static func width(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + $1.columnCount }
  }

  /// Leaves out the middle of what is too wide: names differ most at their ends.
  static func cut(_ text: String, to limit: Int, ascii: Bool) -> String {
    guard width(text) > limit else { return text }
    let mark = ascii ? "..." : "…"
    let rest = limit - mark.count
    let front = text.prefix(rest / 2)
    return front + mark + text.suffix(rest - front.count)
  }
}
