import OrderedCollections
import TerminalCells

/// What the run consists of: totals by type of operator, a strip over time, and whether the parts
/// add up to the whole.
struct TotalsPane {
  let model: ExplorerModel

  func draw(in area: Rect, on buffer: inout CellBuffer) {
    guard let profile = model.currentProfile, let plan = model.plan else {
      let text = model.job.map { "\($0.title)…" } ?? "Nothing measured yet.  r runs and measures."
      buffer.write(text, in: area, .dim)
      return
    }
    let footer = min(area.height, 4)
    drawTypes(profile, plan, in: area.prefixRows(area.height - footer), on: &buffer)
    let rows = area.droppingRows(area.height - footer)
    drawStrip(profile, plan, in: rows.row(0), on: &buffer)
    drawAxis(profile, in: rows.row(1), on: &buffer)
    drawReconciliation(profile, in: rows.row(2), on: &buffer)
    buffer.write(
      "n=\(profile.runCount) warm=\(profile.warmupCount) CV \(percentText(profile.variation))  "
        + profile.clock,
      in: rows.row(3),
      .dim
    )
  }

  private func drawTypes(
    _ profile: ProfileFacts,
    _ plan: PlanFacts,
    in area: Rect,
    on buffer: inout CellBuffer
  ) {
    var totals: OrderedDictionary<String, (count: Int, time: Double)> = [:]
    for (step, times) in zip(plan.steps, profile.steps) {
      let known = totals[step.type] ?? (0, 0)
      totals[step.type] = (known.count + 1, known.time + times.median)
    }
    let sum = max(totals.values.reduce(0) { $0 + $1.time }, .leastNonzeroMagnitude)
    var sorted = totals.sorted { $0.value.time > $1.value.time }
    if sorted.count > area.height, area.height > 0 {
      let rest = sorted[(area.height - 1)...]
      let others = rest.reduce((count: 0, time: 0.0)) {
        ($0.count + $1.value.count, $0.time + $1.value.time)
      }
      sorted = sorted.prefix(area.height - 1) + [(key: "\(rest.count) others", value: others)]
    }
    for (line, entry) in sorted.prefix(area.height).enumerated() {
      let columns = area.row(line).columns(
        .fixed(17),
        .fixed(4),
        .fixed(9),
        .fixed(6),
        .fill,
        gap: 1
      )
      let share = entry.value.time / sum
      buffer.write(entry.key, in: columns[0])
      buffer.write(String(entry.value.count), in: columns[1], .dim, align: .trailing)
      buffer.write("\(millisecondText(entry.value.time))ms", in: columns[2], align: .trailing)
      buffer.write(percentText(share), in: columns[3], align: .trailing)
      buffer.bar(share, in: columns[4], .category(model.category(entry.key)))
    }
  }

  /// Draws one run as a strip in which each column has the first letter of the operator that ran
  /// longest in it.
  private func drawStrip(
    _ profile: ProfileFacts,
    _ plan: PlanFacts,
    in area: Rect,
    on buffer: inout CellBuffer
  ) {
    guard let last = profile.timeline.last, area.width > 0 else { return }
    let total = last.start + last.length
    guard total > 0 else { return }
    var longest = Array(repeating: (step: -1, length: 0.0), count: area.width)
    let width = total / Double(area.width)
    for entry in profile.timeline where entry.step < plan.steps.count {
      let first = min(max(0, Int(entry.start / width)), area.width - 1)
      let end = min(max(first, Int((entry.start + entry.length) / width)), area.width - 1)
      for column in first...end {
        let from = max(entry.start, Double(column) * width)
        let to = min(entry.start + entry.length, Double(column + 1) * width)
        if to - from > longest[column].length { longest[column] = (entry.step, to - from) }
      }
    }
    for (column, entry) in longest.enumerated() {
      let type = entry.step < 0 ? "" : plan.steps[entry.step].type
      let letter = type.unicodeScalars.first ?? "·"
      let isSelected = entry.step >= 0 && plan.steps[entry.step].nodes.first == model.selection.node
      let style: Style = isSelected ? .selected : .category(model.category(type))
      buffer.put(letter, x: area.x + column, y: area.y, type.isEmpty ? .dim : style)
    }
  }

  private func drawAxis(
    _ profile: ProfileFacts,
    in area: Rect,
    on buffer: inout CellBuffer
  ) {
    guard let last = profile.timeline.last else { return }
    buffer.write("0", in: area, .dim)
    buffer.write("one run, \(model.preferences.settings.label)", in: area, .dim, align: .center)
    let end = millisecondText(last.start + last.length)
    buffer.write("\(end)ms", in: area, .dim, align: .trailing)
  }

  private func drawReconciliation(
    _ profile: ProfileFacts,
    in area: Rect,
    on buffer: inout CellBuffer
  ) {
    let sum =
      profile.operatorMilliseconds + profile.copyMilliseconds + profile.dispatchMilliseconds
    let text =
      "ops \(decimals(profile.operatorMilliseconds, 3)) + copies "
      + "\(decimals(profile.copyMilliseconds, 3)) + dispatch "
      + "\(decimals(profile.dispatchMilliseconds, 3)) = \(decimals(sum, 3)) of "
      + "\(decimals(profile.reconciledMilliseconds, 3)) ms: \(percentText(profile.reconcileRatio)) "
    let verdict = profile.isTrustworthy ? "OK" : "do not trust !!"
    let style: Style = profile.isTrustworthy ? .good : .error
    let isWide = columnCount(of: text) + columnCount(of: verdict) <= area.width
    let short = "\(percentText(profile.reconcileRatio)) of wall accounted for: "
    buffer.write([Span(isWide ? text : short), Span(verdict, style)], in: area)
  }
}
