import TerminalCells

/// The first line: what is open, how it runs, and the last times measured that way.
struct HeaderView {
  let model: ExplorerModel

  func draw(in area: Rect, on buffer: inout CellBuffer) {
    buffer.fill(area, .header)
    guard let facts = model.model else {
      let text = model.job.map { " \($0.title)…" } ?? " Lamina   no model open"
      buffer.write(text, in: area, .header)
      return
    }
    let right = rightText(width: area.width)
    let rightWidth = min(columnCount(of: right), area.width)
    let columns = area.columns(.fill, .fixed(rightWidth))
    let left = leftText(facts, width: columns[0].width)
    buffer.write(left, in: columns[0], .header)
    buffer.write(right, in: columns[1], .header)
  }

  private func leftText(_ facts: ModelFacts, width: Int) -> String {
    let figures = [
      "\(facts.nodes.count) ops", "\(countText(facts.parameterCount)) par",
      facts.macCount > 0 ? "\(countText(facts.macCount))MAC" : "",
    ]
    .filter { !$0.isEmpty }
    // A long name gives way to the figures as far as it can still be told.
    let shortest = min(columnCount(of: facts.name), 18)
    for shown in stride(from: figures.count, through: 1, by: -1) {
      let text = figures.prefix(shown).map { "  " + $0 }.joined()
      let room = width - 1 - columnCount(of: text)
      if room >= shortest { return fit(facts.name, to: room, clip: .middle) + text }
    }
    return fit(facts.name, to: max(0, width - 1), clip: .middle)
  }

  private func rightText(width: Int) -> String {
    let settings = model.preferences.settings
    let how =
      width >= 60
      ? "│ \(settings.backend) x\(settings.threadCount) \(settings.precision) "
      : "│\(settings.backend) \(settings.precision) "
    guard let profile = model.currentProfile else {
      return how + (width >= 60 ? "│ not measured" : "│")
    }
    let median = "\(millisecondText(profile.wall.median))ms"
    return how
      + (width >= 60 ? "│ \(median) p90 \(millisecondText(profile.wall.p90))" : "│\(median)")
  }
}

/// The second line: the views.
struct TabsView {
  let model: ExplorerModel

  /// Returns each view's place in the line and its text.
  static func places(
    in area: Rect,
    active: ViewID
  ) -> [(view: ViewID, area: Rect, text: String)] {
    let isNarrow = area.width < 60
    var rest = area
    return ViewID.allCases.map { view in
      let label = "\(view.rawValue)\(isNarrow ? "" : " ")\(view.title)"
      let text = view == active ? "[\(label)]" : isNarrow ? label : " \(label) "
      let place = rest.prefixColumns(text.count)
      rest = rest.droppingColumns(text.count + (isNarrow ? 1 : 0))
      return (view, place, text)
    }
  }

  func draw(in area: Rect, on buffer: inout CellBuffer) {
    for (view, place, text) in Self.places(in: area, active: model.view) {
      buffer.write(text, in: place, view == model.view ? .activeTab : .tab)
    }
  }
}
