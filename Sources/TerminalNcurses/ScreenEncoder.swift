import TerminalCells

/// Turns changes of the screen into the bytes that make the terminal show them.
struct ScreenEncoder {
  private let description: TerminalDescription
  private let depth: ColorDepth
  private var sequences: [Style: [UInt8]] = [:]

  /// A frame between these is shown at once by terminals that know them; others ignore them.
  private static let beginFrame: [UInt8] = Array("\u{1B}[?2026h".utf8)
  private static let endFrame: [UInt8] = Array("\u{1B}[?2026l".utf8)

  init(_ description: TerminalDescription, depth: ColorDepth) {
    self.description = description
    self.depth = depth
  }

  /// Returns the bytes that turn a screen that shows `shown` into one that shows `buffer`.
  mutating func bytes(for buffer: CellBuffer, shown: CellBuffer?) -> [UInt8] {
    let runs = buffer.changes(since: shown)
    if runs.isEmpty, buffer.cursor == shown?.cursor { return [] }
    var bytes = Self.beginFrame + description.hideCursor
    if shown == nil { bytes += description.plain + description.clear }
    var style: Style?
    for run in runs {
      bytes += description.move(x: run.x, y: run.y)
      for cell in run.cells where !cell.isContinuation {
        if cell.style != style {
          bytes += sequence(for: cell.style)
          style = cell.style
        }
        bytes += Array(String(cell.scalar).utf8)
        if let mark = cell.mark { bytes += Array(String(mark).utf8) }
      }
    }
    bytes += description.plain
    if let cursor = buffer.cursor {
      bytes += description.move(x: cursor.x, y: cursor.y) + description.showCursor
    }
    return bytes + Self.endFrame
  }

  private mutating func sequence(for style: Style) -> [UInt8] {
    if let known = sequences[style] { return known }
    let bytes: [UInt8]
    if case .pixels(let top, let bottom) = style {
      bytes = description.plain + colors(top: top, bottom: bottom)
    } else {
      bytes = description.plain + attributes(of: depth == .none ? style.plainLook : style.look)
      sequences[style] = bytes
    }
    return bytes
  }

  private func attributes(of look: Look) -> [UInt8] {
    var bytes: [UInt8] = []
    if look.isBold { bytes += description.bold }
    if look.isDim { bytes += description.dim }
    if look.isReversed { bytes += description.reverse }
    if look.isUnderlined { bytes += description.underline }
    if let tone = look.foreground { bytes += description.foreground(index(of: tone)) }
    if let tone = look.background { bytes += description.background(index(of: tone)) }
    return bytes
  }

  private func index(of tone: Tone) -> Int {
    if depth >= .indexed { return tone.indexed }
    return description.colorCount >= 16 ? tone.palette : tone.palette == 8 ? 7 : tone.palette & 7
  }

  private func colors(top: RGB, bottom: RGB) -> [UInt8] {
    guard depth == .direct else {
      return description.foreground(top.indexed) + description.background(bottom.indexed)
    }
    func parameters(_ color: RGB) -> String { "\(color.red);\(color.green);\(color.blue)" }
    return Array("\u{1B}[38;2;\(parameters(top))m\u{1B}[48;2;\(parameters(bottom))m".utf8)
  }
}
