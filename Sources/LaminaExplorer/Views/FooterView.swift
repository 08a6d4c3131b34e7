import TerminalCells

/// The line above the keys: what is being typed, what goes on, or the last message.
struct MessageView {
  let model: ExplorerModel
  /// Whether the keys have no line of their own.
  let sharesLine: Bool

  func draw(in area: Rect, on buffer: inout CellBuffer) {
    guard !area.isEmpty else { return }
    if case .prompt(let prompt) = model.overlay {
      drawPrompt(prompt, in: area, on: &buffer)
    } else if let job = model.job {
      drawJob(job, in: area, on: &buffer)
    } else if let message = model.message {
      buffer.write(message.text, in: area, message.style)
    } else if let query = model.preferences.query, let matches = model.nodeMatches {
      let only = model.preferences.showsOnlyMatches ? ", only these shown" : ""
      let tensors = model.tensorMatches?.count ?? 0
      buffer.write(
        "/\(query.text)  \(matches.count) operators, \(tensors) tensors\(only)",
        in: area,
        .dim
      )
    } else if sharesLine {
      HintsView(model: model).draw(in: area, on: &buffer)
    }
  }

  private func drawPrompt(_ prompt: Prompt, in area: Rect, on buffer: inout CellBuffer) {
    let label = buffer.write(prompt.purpose.label, in: area, .key)
    let field = area.droppingColumns(label)
    let text = prompt.line.text
    let before = columnCount(of: String(text.prefix(prompt.line.cursor)))
    let skipped = max(0, before - field.width + 1)
    let shown = String(text.unicodeScalars.dropFirst(skipped).map(Character.init))
    buffer.fill(field, .input)
    buffer.write(shown, in: field, .input)
    buffer.cursor = Point(x: field.x + before - skipped, y: field.y)
  }

  private func drawJob(_ job: Job, in area: Rect, on buffer: inout CellBuffer) {
    let share = job.share.map { " \(decimals($0 * 100, 0))%" } ?? ""
    let used = buffer.write("\(job.title)…\(share)  Esc cancels ", in: area, .warning)
    if let share = job.share {
      buffer.bar(share, in: area.droppingColumns(used).prefixColumns(30))
    }
  }
}

/// The last line: the keys that help here, or what the text can be completed to.
struct HintsView {
  let model: ExplorerModel

  func draw(in area: Rect, on buffer: inout CellBuffer) {
    guard !area.isEmpty else { return }
    if case .prompt(let prompt) = model.overlay, !prompt.completions.isEmpty {
      drawCompletions(prompt, in: area, on: &buffer)
      return
    }
    var rest = area
    if model.overlay == nil, area.width >= 40 {
      let ends = area.columns(.fill, .fixed(14), gap: 1)
      buffer.write(
        [Span("?", .key), Span(" help  ", .dim), Span("q", .key), Span(" quit", .dim)],
        in: ends[1]
      )
      rest = ends[0]
    }
    for (key, text) in hints {
      let width = columnCount(of: key) + columnCount(of: text) + 3
      guard rest.width >= width - 2 else { break }
      buffer.write([Span(key, .key), Span(" \(text)", .dim)], in: rest)
      rest = rest.droppingColumns(width)
    }
  }

  private var hints: [(String, String)] {
    switch model.overlay {
    case .prompt: return [("Enter", "do"), ("Tab", "complete"), ("Esc", "cancel")]
    case .picker: return [("↑↓", "choose"), ("Enter", "keep"), ("Esc", "as before")]
    case .help: return [("type", "filters"), ("↑↓", "scroll"), ("Esc", "close")]
    case nil: break
    }
    let common = [
      ("r", "run"), ("b", "backend"), ("p", "precision"), ("t", "threads"), ("/", "find"),
      ("o", "open"),
    ]
    switch model.focus {
    case .graph: return [("hl", "fold"), ("c", "colour")] + common
    case .detail, .tensorDetail: return [("Enter", "follow")] + common
    case .tensors, .profile: return [("s", "sort"), ("y", "copy")] + common
    case .input where model.showsPad:
      return [("arrows", "move"), ("Space", "pen"), ("X", "new sheet"), ("Tab", "pane")] + common
    default: return [("Tab", "pane")] + common
    }
  }

  private func drawCompletions(
    _ prompt: Prompt,
    in area: Rect,
    on buffer: inout CellBuffer
  ) {
    let current = prompt.completionIndex ?? 0
    var rest = area
    for (index, text) in prompt.completions.enumerated().dropFirst(max(0, current - 2)) {
      let shown = prompt.purpose == .open ? leafOfPath(text) : text
      let used = buffer.write(shown, in: rest, index == prompt.completionIndex ? .selected : .dim)
      rest = rest.droppingColumns(used + 2)
      if rest.isEmpty { break }
    }
  }

  /// The last part of a path, with the stroke that tells a folder.
  private func leafOfPath(_ path: String) -> String {
    let leaf = path.split(separator: "/").last.map(String.init) ?? path
    return path.hasSuffix("/") ? leaf + "/" : leaf
  }
}
