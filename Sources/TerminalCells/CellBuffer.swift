/// The screen as a value: views write into it, the driver compares it with what is shown.
///
/// Nothing written outside of the buffer has an effect, and no text can put anything but printable
/// characters into it.
package struct CellBuffer: Hashable, Sendable {
  package let size: Size
  package let glyphs: Glyphs
  private var cells: [Cell]

  /// Where the terminal's cursor stands, or `nil` when it is hidden.
  package var cursor: Point?

  package init(_ size: Size, glyphs: Glyphs = .unicode) {
    self.size = size
    self.glyphs = glyphs
    cells = Array(repeating: .blank, count: size.width * size.height)
  }

  /// The whole area of the buffer.
  package var area: Rect { Rect(size) }

  /// The cell at a position, blank outside of the buffer.
  package subscript(x: Int, y: Int) -> Cell {
    area.contains(x: x, y: y) ? cells[y * size.width + x] : .blank
  }

  /// The cells of one row.
  package func row(_ y: Int) -> ArraySlice<Cell> {
    guard y >= 0, y < size.height else { return [] }
    return cells[y * size.width..<(y + 1) * size.width]
  }

  /// The text of the buffer, a line a row, without the blanks at the ends of lines.
  package var text: String {
    (0..<size.height).map(line).joined(separator: "\n")
  }

  /// The text of one row, without the blanks at its end.
  package func line(_ y: Int) -> String {
    var scalars = String.UnicodeScalarView()
    for cell in row(y) where !cell.isContinuation {
      scalars.append(cell.scalar)
      if let mark = cell.mark { scalars.append(mark) }
    }
    while scalars.last == " " { scalars.removeLast() }
    return String(scalars)
  }

  /// Puts one character at a position; half a wide character is never left behind.
  package mutating func put(_ scalar: Unicode.Scalar, x: Int, y: Int, _ style: Style) {
    guard area.contains(x: x, y: y) else { return }
    let cell = Cell(glyphs.substitute(for: scalar), style)
    guard cell.columnCount < 2 || x + 1 < size.width else { return }
    let index = y * size.width + x
    clearHalves(around: index, x: x)
    cells[index] = cell
    guard cell.columnCount == 2 else { return }
    clearHalves(around: index + 1, x: x + 1)
    cells[index] = cell
    cells[index + 1] = .continuation(style)
  }

  /// Puts a combining mark on the character at a position.
  mutating func put(mark: Unicode.Scalar, x: Int, y: Int) {
    guard area.contains(x: x, y: y), !glyphs.isASCII else { return }
    let index = y * size.width + x
    let base = cells[index].isContinuation ? index - 1 : index
    if base >= 0, cells[base].mark == nil { cells[base].mark = mark }
  }

  /// Gives every cell of an area another style.
  package mutating func restyle(_ area: Rect, _ style: Style) {
    for y in max(0, area.y)..<max(0, area.y, min(area.maxY, size.height)) {
      for x in max(0, area.x)..<max(0, area.x, min(area.maxX, size.width)) {
        cells[y * size.width + x].style = style
      }
    }
  }

  /// Blanks what would be left of a wide character when the cell at `index` is overwritten.
  private mutating func clearHalves(around index: Int, x: Int) {
    if cells[index].isContinuation, x > 0 {
      cells[index - 1] = Cell(" ", cells[index - 1].style)
    }
    if cells[index].columnCount == 2, x + 1 < size.width {
      cells[index + 1] = Cell(" ", cells[index + 1].style)
    }
  }
}
