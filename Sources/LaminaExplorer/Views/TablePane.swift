import TerminalCells

/// A table whose rows are steps or tensors, with titles that show how it is sorted.
struct TablePane<Column: TableColumn> {
  let model: ExplorerModel
  let order: [Int]

  func draw(in area: Rect, on buffer: inout CellBuffer) {
    let hasTitles = model.visibleLineCount(of: Column.pane, in: area) < area.height
    let columns = Column.fitting(area.width)
    let tracks = columns.map { Track.fixed($0.width) }
    if hasTitles {
      drawTitles(columns, area.row(0).columns(tracks, gap: 1), on: &buffer)
    }
    let body = area.droppingRows(hasTitles ? 1 : 0)
    let offset = model.offsets[Column.pane] ?? 0
    let cursor = model.cursorLine(of: Column.pane)
    for line in 0..<body.height where offset + line < order.count {
      let row = order[offset + line]
      let areas = body.row(line).columns(tracks, gap: 1)
      for (index, column) in columns.enumerated() {
        draw(column.column, row: row, line: offset + line, in: areas[index], on: &buffer)
      }
      if offset + line == cursor {
        buffer.restyle(body.row(line), model.focus == Column.pane ? .selected : .current)
      }
    }
  }

  private func drawTitles(
    _ columns: [(column: Column, width: Int)],
    _ areas: [Rect],
    on buffer: inout CellBuffer
  ) {
    let sorting = model.sorting(of: Column.pane)
    for (index, column) in columns.enumerated() {
      let isSorted = sorting?.column == column.column.rawValue
      let arrow = isSorted ? (sorting?.isDescending == true ? "↓" : "↑") : ""
      let title = column.column.title
      buffer.write(
        columnCount(of: title) + 1 > column.width && isSorted
          ? String(title.dropLast()) + arrow
          : title + arrow,
        in: areas[index],
        isSorted ? .key : .dim,
        align: column.column.isNumber ? .trailing : .leading
      )
    }
  }

  private func draw(
    _ column: Column,
    row: Int,
    line: Int,
    in area: Rect,
    on buffer: inout CellBuffer
  ) {
    var text = column.shortText(of: row, in: model)
    if let profile = column as? ProfileColumn, profile == .cumulative {
      text = model.cumulativeShare(upTo: line).map { decimals(100 * $0, 1) } ?? ""
    }
    let isMatch = column.rank == 0 && model.isMatch(row, of: Column.pane)
    let mark = column.rank == 0 && model.isMarked(row, of: Column.pane) ? "* " : ""
    let style: Style = isMatch ? .match : column.rank == 0 || column.isNumber ? .body : .dim
    buffer.write(
      mark + text,
      in: area,
      style,
      align: column.isNumber ? .trailing : .leading,
      clip: column.clipping
    )
  }
}

extension ExplorerModel {
  /// Whether the query finds a row of a table.
  func isMatch(_ row: Int, of pane: PaneID) -> Bool {
    if pane == .tensors { return tensorMatches?.contains(row) ?? false }
    guard let nodeMatches, let step = plan?.steps[row] else { return false }
    return step.nodes.contains(where: nodeMatches.contains)
  }

  /// Whether the user has marked the operator of a row.
  func isMarked(_ row: Int, of pane: PaneID) -> Bool {
    let node = pane == .tensors ? model?.tensors[row].producer : plan?.steps[row].nodes.first
    return node.map(preferences.marks.contains) ?? false
  }

  /// The part of the time that the profile's lines up to one take together, from 0 to 1.
  func cumulativeShare(upTo line: Int) -> Double? {
    guard let profile = currentProfile else { return nil }
    let total = profile.medianSum
    let part = stepOrder.prefix(line + 1).reduce(0) { $0 + profile.steps[$1].median }
    return total > 0 ? part / total : nil
  }
}
