import TerminalCells

/// What was done, warnings and errors, newest last.
struct LogPane {
  let model: ExplorerModel

  func draw(in area: Rect, on buffer: inout CellBuffer) {
    let offset = model.offsets[.log] ?? 0
    let cursor = model.focus == .log ? model.cursorLine(of: .log) : nil
    for row in 0..<area.height where offset + row < model.log.count {
      let entry = model.log[offset + row]
      let sign =
        switch entry.message.kind {
        case .remark, .info: "   "
        case .warning: " ! "
        case .error: " !!"
        }
      buffer.write(
        [
          Span(entry.time, .dim), Span("\(sign) ", entry.message.style),
          Span(entry.message.text, entry.message.style),
        ],
        in: area.row(row)
      )
      if offset + row == cursor { buffer.restyle(area.row(row), .selected) }
    }
  }
}

extension Message {
  var style: Style {
    switch kind {
    case .remark, .info: .body
    case .warning: .warning
    case .error: .error
    }
  }
}
