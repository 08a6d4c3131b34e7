import TerminalCells

/// Draws the whole screen.
package func draw(_ model: ExplorerModel, glyphs: Glyphs = .unicode) -> CellBuffer {
  var buffer = CellBuffer(model.size, glyphs: glyphs)
  let layout = ScreenLayout(model)
  HeaderView(model: model).draw(in: layout.header, on: &buffer)
  TabsView(model: model).draw(in: layout.tabs, on: &buffer)
  for pane in layout.panes { drawPane(pane, model, on: &buffer) }
  let body = layout.panes.reduce(Rect(x: 0, y: 2, width: model.size.width, height: 0)) {
    Rect(x: 0, y: 2, width: model.size.width, height: max($0.height, $1.area.maxY - 2))
  }
  switch model.overlay {
  case .picker(let picker): PickerView(picker: picker).draw(in: body, on: &buffer)
  case .help(let help): HelpView(help: help).draw(in: body, on: &buffer)
  case .prompt, nil: break
  }
  HintsView(model: model).draw(in: layout.hints, on: &buffer)
  MessageView(model: model, sharesLine: layout.hints.isEmpty)
    .draw(in: layout.message, on: &buffer)
  return buffer
}

private func drawPane(_ pane: PlacedPane, _ model: ExplorerModel, on buffer: inout CellBuffer) {
  if pane.hasFrame {
    buffer.frame(
      pane.area,
      title: pane.id.title,
      note: note(of: pane.id, model),
      isActive: pane.id == model.focus
    )
  }
  drawContent(of: pane.id, model, in: pane.content, on: &buffer)
}

private func drawContent(
  of pane: PaneID,
  _ model: ExplorerModel,
  in area: Rect,
  on buffer: inout CellBuffer
) {
  switch pane {
  case .graph: GraphPane(model: model).draw(in: area, on: &buffer)
  case .detail: DetailPane(model: model).draw(in: area, on: &buffer)
  case .tensors:
    TablePane<TensorColumn>(model: model, order: model.tensorOrder).draw(in: area, on: &buffer)
  case .tensorDetail: TensorDetailPane(model: model).draw(in: area, on: &buffer)
  case .profile:
    TablePane<ProfileColumn>(model: model, order: model.stepOrder).draw(in: area, on: &buffer)
  case .totals: TotalsPane(model: model).draw(in: area, on: &buffer)
  case .input: InputPane(model: model).draw(in: area, on: &buffer)
  case .result: ResultPane(model: model).draw(in: area, on: &buffer)
  case .log: LogPane(model: model).draw(in: area, on: &buffer)
  }
}

/// What stands at the right of a pane's frame: where the cursor is among how many lines.
private func note(of pane: PaneID, _ model: ExplorerModel) -> String {
  switch pane {
  case .graph, .tensors, .profile, .log:
    let count = model.lineCount(of: pane)
    guard count > 0 else { return "" }
    return model.cursorLine(of: pane).map { "\($0 + 1)/\(count)" } ?? "\(count)"
  case .result: return model.isLooping ? "looping" : ""
  default: return ""
  }
}
