import TerminalCells

/// The facts about the whole model, shown where nothing is selected.
struct ModelSummary {
  let model: ExplorerModel

  var lines: [DetailLine] {
    guard let facts = model.model else {
      return [.text("No model is open.", .dim), .text("o opens one.", .dim)]
    }
    var lines: [DetailLine] = [
      .title(facts.name),
      .pair("format", facts.format),
      .pair("file", byteText(facts.fileBytes)),
      .pair("weights", byteText(facts.weightBytes)),
      .pair("params", countText(facts.parameterCount)),
      .pair("MACs", countText(facts.macCount)),
      .pair("ops", String(facts.nodes.count)),
    ]
    if let plan = model.plan {
      lines.append(.pair("arena", byteText(plan.arenaBytes)))
      lines.append(.pair("steps", String(plan.steps.count)))
    }
    lines += ends("in", facts.inputs, of: facts) + ends("out", facts.outputs, of: facts)
    if !facts.remarks.isEmpty { lines.append(.blank) }
    lines += facts.remarks.map { .text($0, .dim) }
    return lines
  }

  private func ends(_ label: String, _ tensors: [Int], of facts: ModelFacts) -> [DetailLine] {
    tensors.map { index in
      let tensor = facts.tensors[index]
      let text = "\(tensor.shapeText) \(tensor.dtype) \(leafName(of: tensor.name))"
      return .pair(label, text, to: model.selecting(tensor: index))
    }
  }
}
