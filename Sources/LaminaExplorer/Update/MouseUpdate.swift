import TerminalCells

extension ExplorerModel {
  mutating func take(_ mouse: MouseEvent) -> [Effect] {
    switch overlay {
    case .picker(let picker): return take(mouse, in: picker)
    case .help(var help):
      if mouse.action == .wheelUp { help.offset = max(0, help.offset - 3) }
      if mouse.action == .wheelDown { help.offset += 3 }
      overlay = .help(help)
      return []
    case .prompt: return []
    case nil: break
    }
    let layout = ScreenLayout(self)
    if mouse.action == .press, mouse.y == layout.tabs.y { return press(x: mouse.x, on: layout) }
    guard let pane = layout.panes.first(where: { $0.area.contains(x: mouse.x, y: mouse.y) })
    else { return [] }
    switch mouse.action {
    case .wheelUp: return scroll(pane, by: -3)
    case .wheelDown: return scroll(pane, by: 3)
    case .press, .drag: return press(mouse, in: pane)
    case .release: return []
    }
  }

  /// Shows the view whose title is under the mouse.
  private mutating func press(x: Int, on layout: ScreenLayout) -> [Effect] {
    let places = TabsView.places(in: layout.tabs, active: view)
    guard let place = places.first(where: { $0.area.contains(x: x, y: layout.tabs.y) }) else {
      return []
    }
    return show(place.view)
  }

  private mutating func press(_ mouse: MouseEvent, in pane: PlacedPane) -> [Effect] {
    if pane.id == .input, showsPad {
      focus = .input
      return draw(mouse, in: InputPane.sheet(of: pane.content))
    }
    guard mouse.action == .press, mouse.button == 0 else { return [] }
    let wasFocused = focus == pane.id
    focus = pane.id
    if ScreenLayout(self).kind == .workbench { view = pane.id.view }
    let visible = visibleLineCount(of: pane.id, in: pane.content)
    let titles = pane.content.height - visible
    let line = mouse.y - pane.content.y - titles + (offsets[pane.id] ?? 0)
    guard mouse.y >= pane.content.y + titles, line < lineCount(of: pane.id) else { return [] }
    let opens: [PaneID] = [.graph, .detail, .tensorDetail]
    if wasFocused, opens.contains(pane.id), line == cursorLine(of: pane.id) { return enter() }
    go(to: line)
    return statisticsWanted()
  }

  /// Draws with the left button, erases with the others.
  private mutating func draw(_ mouse: MouseEvent, in sheet: Rect) -> [Effect] {
    let geometry = PadGeometry(preferences.pad, in: sheet)
    guard let pixel = geometry.pixel(x: mouse.x, y: mouse.y) else { return [] }
    let before = preferences
    if mouse.button == 0 {
      preferences.pad.stroke(to: pixel, isNew: mouse.action == .press)
    } else {
      preferences.pad.erase(at: pixel)
    }
    if mouse.action == .press { history.append(before) }
    return drawingChanged()
  }

  /// Moves the cursor of a pane by lines, as the wheel does.
  private mutating func scroll(_ pane: PlacedPane, by lines: Int) -> [Effect] {
    if pane.id == .input, showsPad { return [] }
    focus = pane.id
    let count = lineCount(of: pane.id)
    guard count > 0 else { return [] }
    go(to: min(max(0, (cursorLine(of: pane.id) ?? 0) + lines), count - 1))
    return statisticsWanted()
  }
}
