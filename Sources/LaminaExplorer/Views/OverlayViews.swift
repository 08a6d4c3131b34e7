import TerminalCells

/// A short list to choose from, over the panes.
struct PickerView {
  let picker: Picker

  /// The list's frame in the middle of a screen.
  static func area(of picker: Picker, in screen: Rect) -> Rect {
    let widest = lines(of: picker).map { columnCount(of: $0) }.max() ?? 0
    let width = min(max(widest, picker.purpose.title.count + 4) + 4, screen.width)
    let height = min(picker.choices.count + 2, screen.height)
    return Rect(
      x: screen.x + (screen.width - width) / 2,
      y: screen.y + (screen.height - height) / 2,
      width: width,
      height: height
    )
  }

  /// The choices' names, and their notes in a column.
  private static func lines(of picker: Picker) -> [String] {
    let noted = picker.choices.filter { !$0.note.isEmpty }
    let width = noted.map { columnCount(of: $0.name) }.max() ?? 0
    return picker.choices.map { choice in
      let filler = String(repeating: " ", count: max(width - columnCount(of: choice.name), 0))
      let note = choice.note.isEmpty ? "" : "\(filler)  \(choice.note)"
      return "\(choice.isAvailable ? " " : "!")\(choice.name)\(note)"
    }
  }

  /// The number of the first choice that is visible in `height` lines.
  static func offset(of picker: Picker, height: Int) -> Int {
    max(0, min(picker.index - height / 2, picker.choices.count - height))
  }

  func draw(in screen: Rect, on buffer: inout CellBuffer) {
    let area = Self.area(of: picker, in: screen)
    buffer.fill(area, .body)
    let content = buffer.frame(area, title: picker.purpose.title, isActive: true)
    let offset = Self.offset(of: picker, height: content.height)
    let lines = Self.lines(of: picker)
    for row in 0..<content.height where offset + row < picker.choices.count {
      let choice = picker.choices[offset + row]
      let style: Style = choice.isAvailable ? .body : .dim
      buffer.write(lines[offset + row], in: content.row(row).inset(columns: 1), style)
      if offset + row == picker.index { buffer.restyle(content.row(row), .selected) }
    }
  }
}

/// All keys and commands, filtered by what is typed.
struct HelpView {
  let help: HelpList

  /// The lines for what is typed: entries, with the titles of their sections.
  static func lines(filter: String) -> [DetailLine] {
    let words = filter.lowercased().split(separator: " ")
    return CommandEntry.Section.allCases.flatMap { section -> [DetailLine] in
      let entries = commandTable.filter { entry in
        guard entry.section == section else { return false }
        let text = "\(entry.name) \(entry.summary) \(keyText(entry))".lowercased()
        return words.allSatisfy { text.contains($0) }
      }
      if entries.isEmpty { return [] }
      return [.title(section.rawValue)]
        + entries.map { .pair("\(keyText($0))\n:\($0.name) \($0.argument)", $0.summary) }
    }
  }

  private static func keyText(_ entry: CommandEntry) -> String {
    entry.keys.map(\.label).joined(separator: " ")
  }

  func draw(in screen: Rect, on buffer: inout CellBuffer) {
    let width = min(screen.width, 92)
    let area = Rect(
      x: screen.x + (screen.width - width) / 2,
      y: screen.y,
      width: width,
      height: screen.height
    )
    buffer.fill(area, .body)
    let hasFrame = area.height > 6
    let content =
      hasFrame ? buffer.frame(area, title: "Help", note: "Esc closes", isActive: true) : area
    let label = buffer.write("filter: ", in: content.row(0), .key)
    buffer.write(help.filter.text, in: content.row(0).droppingColumns(label), .input)
    buffer.cursor = Point(
      x: min(content.x + label + help.filter.cursor, max(content.x, content.maxX - 1)),
      y: content.y
    )
    let lines = Self.lines(filter: help.filter.text)
    let body = content.droppingRows(1)
    let offset = min(help.offset, max(0, lines.count - body.height))
    for row in 0..<body.height where offset + row < lines.count {
      draw(lines[offset + row], in: body.row(row), on: &buffer)
    }
    if lines.isEmpty { buffer.write("nothing is called that", in: body, .dim) }
  }

  private func draw(_ line: DetailLine, in area: Rect, on buffer: inout CellBuffer) {
    guard case .pair(let names, let text, _) = line.content else {
      line.draw(in: area, on: &buffer)
      return
    }
    let parts = names.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let command = area.width >= 60 ? 15 : 0
    let columns = area.columns(.fixed(min(13, area.width / 4)), .fixed(command), .fill, gap: 1)
    buffer.write(parts[0], in: columns[0], .key)
    buffer.write(parts.count > 1 ? parts[1] : "", in: columns[1], .dim)
    buffer.write(text, in: columns[2], .body)
  }
}
