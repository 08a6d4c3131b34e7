import TerminalCells

/// The facts about the selected tensor: its values' statistics, histogram and quantization.
struct TensorDetailPane: FactPane {
  let model: ExplorerModel
  let pane = PaneID.tensorDetail

  private static let chartHeight = 5

  var lines: [DetailLine] {
    guard let index = model.selection.tensor, let facts = model.selectedTensor else {
      return [.text("No tensor is selected.", .dim)]
    }
    var lines: [DetailLine] = [
      .title(leafName(of: facts.name)),
      .pair("type", "\(facts.shapeText) \(facts.dtype)"),
      .pair("role", facts.role.rawValue),
      .pair("bytes", facts.byteCount.map(byteText) ?? "not known before the run"),
    ]
    lines += statisticLines(index, facts)
    if let quantization = facts.quantization { lines += quantizationLines(quantization) }
    return lines + edgeLines(facts)
  }

  private func statisticLines(_ index: Int, _ facts: TensorFacts) -> [DetailLine] {
    guard let statistics = model.statistics[index] else {
      let isStatic = facts.role == .weight
      let note = isStatic || model.hasRun ? "values: being read…" : "values: r runs the model"
      return [.text(note, .dim)]
    }
    let peak = Double(max(1, statistics.histogram.max() ?? 1))
    var lines: [DetailLine] = [
      .pair("min max", "\(valueText(statistics.minimum))  \(valueText(statistics.maximum))"),
      .pair("mean", "\(valueText(statistics.mean)) ±\(valueText(statistics.deviation))"),
      .pair("zeros", percentText(statistics.zeroShare)),
    ]
    let invalid = statistics.nanCount + statistics.infinityCount
    if invalid > 0 {
      let text = "\(statistics.nanCount) NaN, \(statistics.infinityCount) Inf !!"
      lines.append(.pair("invalid", text, .error))
    }
    lines.append(.blank)
    lines += DetailLine.chart(
      statistics.histogram.map { Double($0) / peak },
      height: Self.chartHeight
    )
    lines.append(
      .text("\(valueText(statistics.minimum)) … \(valueText(statistics.maximum))", .dim)
    )
    return lines
  }

  private func quantizationLines(_ quantization: QuantizationFacts) -> [DetailLine] {
    var lines: [DetailLine] = [.blank, .text("real = scale × (q − zero)", .dim)]
    guard let axis = quantization.axis, quantization.scales.count > 1 else {
      lines.append(.pair("scale", quantization.scales.first.map(valueText) ?? "?"))
      lines.append(.pair("zero", quantization.zeroPoints.first.map(String.init) ?? "0"))
      return lines
    }
    let low = quantization.scales.min() ?? 0
    let high = quantization.scales.max() ?? 0
    lines.append(.pair("scales", "\(quantization.scales.count) along axis \(axis)"))
    lines.append(.pair("range", "\(valueText(low)) … \(valueText(high))"))
    if low > 0 { lines.append(.pair("spread", "\(decimals(high / low, 1))×")) }
    let zeros = Set(quantization.zeroPoints)
    lines.append(.pair("zeros", zeros.count == 1 ? "\(zeros.first ?? 0)" : "\(zeros.count) kinds"))
    return lines
  }

  private func edgeLines(_ facts: TensorFacts) -> [DetailLine] {
    guard let nodes = model.model?.nodes else { return [] }
    var lines: [DetailLine] = [.blank]
    func line(_ label: String, _ node: Int) -> DetailLine {
      let text = "\(nodes[node].type) \(leafName(of: nodes[node].name))"
      return .pair(label, text, .key, to: model.selecting(node: node))
    }
    if let producer = facts.producer { lines.append(line("made by", producer)) }
    lines += facts.consumers.map { line("read by", $0) }
    return lines
  }
}
