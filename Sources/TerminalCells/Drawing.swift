extension CellBuffer {
  /// Draws a horizontal bar for `share`, from 0 to 1, to an eighth of a cell.
  ///
  /// What is greater than zero is at least the thinnest bar.
  package mutating func bar(_ share: Double, in area: Rect, _ style: Style = .bar) {
    guard share.isFinite, share > 0, !area.isEmpty else { return }
    let eighths = max(1, Int((min(share, 1) * Double(area.width) * 8).rounded()))
    fill(area.prefixRows(1).prefixColumns(eighths / 8), with: "█", style)
    guard eighths % 8 > 0 else { return }
    put(leftBlocks[eighths % 8 - 1], x: area.x + eighths / 8, y: area.y, style)
  }

  /// Draws vertical bars for `shares`, from 0 to 1, one a column from the left.
  package mutating func columns(_ shares: [Double], in area: Rect, _ style: Style = .bar) {
    for (index, share) in shares.prefix(area.width).enumerated() where share > 0 {
      let eighths = max(1, Int((min(share, 1) * Double(area.height) * 8).rounded()))
      for row in 0..<area.height {
        let part = min(8, eighths - 8 * row)
        guard part > 0 else { break }
        put(lowerBlocks[part - 1], x: area.x + index, y: area.maxY - 1 - row, style)
      }
    }
  }

  /// Draws a frame with a title in its upper edge and returns the area inside.
  @discardableResult
  package mutating func frame(
    _ area: Rect,
    title: String = "",
    note: String = "",
    isActive: Bool = false
  ) -> Rect {
    let style: Style = isActive ? .activeBorder : .border
    guard area.width >= 2, area.height >= 2 else { return area.inset(columns: 1, rows: 1) }
    let right = area.maxX - 1
    let bottom = area.maxY - 1
    for x in area.x + 1..<max(area.x + 1, right) {
      put("─", x: x, y: area.y, style)
      put("─", x: x, y: bottom, style)
    }
    for y in area.y + 1..<max(area.y + 1, bottom) {
      put("│", x: area.x, y: y, style)
      put("│", x: right, y: y, style)
    }
    put("┌", x: area.x, y: area.y, style)
    put("┐", x: right, y: area.y, style)
    put("└", x: area.x, y: bottom, style)
    put("┘", x: right, y: bottom, style)
    let edge = area.prefixRows(1).inset(columns: 2)
    if !title.isEmpty {
      let used = write(" \(title) ", in: edge, isActive ? .title : .dim)
      let rest = edge.droppingColumns(used + 1)
      if !note.isEmpty { write(" \(note) ", in: rest, .dim, align: .trailing) }
    }
    return area.inset(columns: 1, rows: 1)
  }

  /// Draws two pixels, one above the other, in one cell.
  package mutating func pixels(top: RGB, bottom: RGB, x: Int, y: Int) {
    if glyphs.hasColouredImages {
      put("▀", x: x, y: y, .pixels(top: top, bottom: bottom))
    } else {
      let mean = (top.luminance + bottom.luminance) / 2
      put(densityRamp[mean * (densityRamp.count - 1) / 255], x: x, y: y, .body)
    }
  }
}
