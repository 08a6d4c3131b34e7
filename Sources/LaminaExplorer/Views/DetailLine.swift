import TerminalCells

/// A line of a pane that lists facts about one thing.
struct DetailLine: Hashable {
  enum Content: Hashable {
    case title(String)
    case text(String, Style)
    case pair(String, String, Style)
    /// Row `row`, from the top, of a chart of `height` rows.
    case chart([Double], row: Int, height: Int)
    case blank
  }

  var content: Content
  /// What Enter selects.
  var target: Selection?

  static func title(_ text: String) -> DetailLine { DetailLine(content: .title(text)) }

  static func text(_ text: String, _ style: Style = .body, to target: Selection? = nil)
    -> DetailLine
  {
    DetailLine(content: .text(text, style), target: target)
  }

  static func pair(
    _ label: String,
    _ value: String,
    _ style: Style = .body,
    to target: Selection? = nil
  ) -> DetailLine {
    DetailLine(content: .pair(label, value, style), target: target)
  }

  static let blank = DetailLine(content: .blank)

  /// Returns the rows of a chart of vertical bars.
  static func chart(_ shares: [Double], height: Int) -> [DetailLine] {
    (0..<height).map { DetailLine(content: .chart(shares, row: $0, height: height)) }
  }

  /// The line as text, for exports.
  var plainText: String {
    switch content {
    case .title(let text), .text(let text, _): text
    case .pair(let label, let value, _): "\(label): \(value)"
    case .chart, .blank: ""
    }
  }

  func draw(in area: Rect, on buffer: inout CellBuffer) {
    switch content {
    case .title(let text): buffer.write(text, in: area, .title, clip: .head)
    case .text(let text, let style): buffer.write(text, in: area, style)
    case .pair(let label, let value, let style):
      let columns = area.columns(.fixed(min(9, area.width / 3)), .fill, gap: 1)
      let arrow = target == nil ? 0 : 1
      let parts = columns[1].columns(.fill, .fixed(arrow), gap: arrow)
      buffer.write(label, in: columns[0], .dim)
      buffer.write(value, in: parts[0], style)
      buffer.write("→", in: parts[1], .key)
    case .chart(let shares, let row, let height):
      let virtual = Rect(x: area.x, y: area.y - row, width: area.width, height: height)
      drawChart(stretched(shares, to: area.width), row: row, in: virtual, on: &buffer)
    case .blank: break
    }
  }

  /// Draws one row of a chart whose whole area is `area`.
  private func drawChart(
    _ shares: [Double],
    row: Int,
    in area: Rect,
    on buffer: inout CellBuffer
  ) {
    for (index, share) in shares.enumerated() where share > 0 {
      let eighths = max(1, Int((min(share, 1) * Double(area.height) * 8).rounded()))
      let part = min(8, eighths - 8 * (area.height - 1 - row))
      guard part > 0 else { continue }
      buffer.put(lowerBlocks[part - 1], x: area.x + index, y: area.y + row, .bar)
    }
  }

  private func stretched(_ shares: [Double], to width: Int) -> [Double] {
    guard !shares.isEmpty, width > shares.count else { return Array(shares.prefix(width)) }
    let factor = max(1, width / shares.count)
    return shares.flatMap { Array(repeating: $0, count: factor) }
  }
}

/// A pane that is a list of facts.
protocol FactPane {
  var model: ExplorerModel { get }
  var pane: PaneID { get }
  var lines: [DetailLine] { get }
}

extension FactPane {
  func draw(in area: Rect, on buffer: inout CellBuffer) {
    let lines = lines
    let offset = model.offsets[pane] ?? 0
    let cursor = model.focus == pane ? model.cursorLine(of: pane) : nil
    for row in 0..<area.height where offset + row < lines.count {
      lines[offset + row].draw(in: area.row(row), on: &buffer)
      if offset + row == cursor { buffer.restyle(area.row(row), .selected) }
    }
  }
}
