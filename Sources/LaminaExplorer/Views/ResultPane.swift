import TerminalCells

/// The best classes under each of the settings tried, times, and outputs.
struct ResultPane {
  let model: ExplorerModel

  func draw(in area: Rect, on buffer: inout CellBuffer) {
    guard let latest = model.results.last else {
      let text = model.job.map { "\($0.title)…" } ?? "No result yet.  r runs the model."
      buffer.write(text, in: area, .dim)
      return
    }
    var rest = area
    if !latest.classes.isEmpty { rest = drawClasses(latest, in: rest, on: &buffer) }
    rest = drawTimes(latest, in: rest, on: &buffer)
    for output in latest.outputs where rest.height > 0 {
      buffer.write("\(leafName(of: output.name))  \(output.type)", in: rest.row(0), .dim)
      buffer.write(output.preview, in: rest.row(1))
      rest = rest.droppingRows(2)
    }
  }

  /// The settings that have a column, the present ones first.
  private func columns(for width: Int) -> [ResultFacts] {
    let room = max(1, (width - 22) / 11)
    return Array(model.results.reversed().prefix(room))
  }

  private func drawClasses(
    _ latest: ResultFacts,
    in area: Rect,
    on buffer: inout CellBuffer
  ) -> Rect {
    let shown = columns(for: area.width)
    let tracks: [Track] = [.fill] + shown.map { _ in .fixed(10) }
    let titles = area.row(0).columns(tracks, gap: 1)
    buffer.write("top \(latest.classes.count)  \(latest.input)", in: titles[0], .dim)
    for (index, result) in shown.enumerated() {
      buffer.write(
        columnTitle(result, among: shown),
        in: titles[index + 1],
        .key,
        align: .trailing
      )
    }
    var row = 1
    for best in latest.classes {
      let line = area.row(row)
      let areas = line.columns(tracks, gap: 1)
      buffer.write("\(best.index) \(best.label)", in: areas[0], row == 1 ? .strong : .body)
      for (index, result) in shown.enumerated() {
        let score = result.classes.first { $0.index == best.index }?.score
        let text = score.map { scoreText($0, of: result) } ?? "—"
        buffer.write(text, in: areas[index + 1], align: .trailing)
      }
      row += 1
    }
    buffer.write(latest.labelSource, in: area.row(row), .dim)
    return area.droppingRows(row + 2)
  }

  /// Names what tells a column from the others.
  private func columnTitle(_ result: ResultFacts, among all: [ResultFacts]) -> String {
    let settings = result.settings
    let backends = Set(all.map(\.settings.backend)).count
    let precisions = Set(all.map(\.settings.precision)).count
    let threads = Set(all.map(\.settings.threadCount)).count
    if backends > 1, precisions == 1 { return settings.backend }
    if backends > 1 { return "\(settings.backend.prefix(4)) \(settings.precision)" }
    if precisions == 1, threads > 1 { return "\(settings.threadCount) thr" }
    return threads > 1 ? "\(settings.precision) x\(settings.threadCount)" : settings.precision
  }

  private func scoreText(_ score: Double, of result: ResultFacts) -> String {
    result.hasProbabilities ? percentText(score) : valueText(score)
  }

  private func drawTimes(
    _ latest: ResultFacts,
    in area: Rect,
    on buffer: inout CellBuffer
  ) -> Rect {
    let total = latest.preMilliseconds + latest.inferMilliseconds + latest.postMilliseconds
    let rate = total > 0 ? " \(decimals(1000 / total, total > 100 ? 1 : 0))/s" : ""
    buffer.write(
      [
        Span("pre ", .dim), Span("\(millisecondText(latest.preMilliseconds))ms"),
        Span(" infer ", .dim), Span("\(millisecondText(latest.inferMilliseconds))ms", .strong),
        Span(" post ", .dim), Span("\(millisecondText(latest.postMilliseconds))ms"),
        Span(rate, .dim),
      ],
      in: area.row(0)
    )
    return area.droppingRows(2)
  }
}
