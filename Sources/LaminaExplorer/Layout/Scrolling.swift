import TerminalCells

extension ExplorerModel {
  /// The number of lines of a pane that scrolls by lines.
  func lineCount(of pane: PaneID) -> Int {
    switch pane {
    case .graph: rows.count
    case .tensors: tensorOrder.count
    case .profile: stepOrder.count
    case .detail: DetailPane(model: self).lines.count
    case .tensorDetail: TensorDetailPane(model: self).lines.count
    case .log: log.count
    case .totals, .input, .result: 0
    }
  }

  /// The line of a pane that the cursor is on, or `nil` where the selection is not in it.
  func cursorLine(of pane: PaneID) -> Int? {
    switch pane {
    case .graph: rows.firstIndex { $0.item == selectedItem }
    case .tensors: selection.tensor.flatMap { tensorOrder.firstIndex(of: $0) }
    case .profile:
      (selection.step ?? selection.node.flatMap { stepOfNode[$0] })
        .flatMap { stepOrder.firstIndex(of: $0) }
    default: min(lineCursors[pane] ?? 0, max(0, lineCount(of: pane) - 1))
    }
  }

  /// The line of the tree that is selected.
  var selectedItem: Outline.Item? {
    if let group = selection.group { return .group(group) }
    return selection.node.map { .node($0) }
  }

  /// How many lines of a pane are visible.
  func visibleLineCount(of pane: PaneID, in area: Rect) -> Int {
    let hasTitles = pane == .tensors || pane == .profile || pane == .graph
    return max(0, area.height - (hasTitles && area.height > 3 ? 1 : 0))
  }

  /// Moves every visible pane so far that its cursor is in it.
  mutating func scrollIntoView() {
    for pane in ScreenLayout(self).panes {
      let visible = visibleLineCount(of: pane.id, in: pane.content)
      let count = lineCount(of: pane.id)
      var offset = offsets[pane.id] ?? 0
      if visible > 0, let line = cursorLine(of: pane.id) {
        offset = min(offset, line)
        offset = max(offset, line - visible + 1)
      }
      offsets[pane.id] = max(0, min(offset, count - visible))
    }
  }
}
