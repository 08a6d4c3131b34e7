import TerminalCells

extension ExplorerModel {
  /// Copies what is selected to the terminal's clipboard.
  mutating func copy(_ kind: CopyKind?) -> [Effect] {
    guard let kind else {
      let choices = CopyKind.allCases.map { Choice($0.rawValue, note: preview($0)) }
      return pick(.copy, choices, current: CopyKind.name.rawValue)
    }
    guard let text = selectionText(kind) else {
      message = Message("nothing is selected", .warning)
      return []
    }
    message = Message("copied \(fit(text.replacing("\n", with: " "), to: 60))")
    return [.copy(text)]
  }

  private func preview(_ kind: CopyKind) -> String {
    fit((selectionText(kind) ?? "").replacing("\n", with: " "), to: 40)
  }

  /// What is selected, as text of a kind.
  func selectionText(_ kind: CopyKind) -> String? {
    let isTensor = focus == .tensors || focus == .tensorDetail
    switch kind {
    case .name: return isTensor ? selectedTensor?.name : selectedNode?.name
    case .row: return rowTexts(isTensor: isTensor)?.joined(separator: "\t")
    case .cell: return cellText(isTensor: isTensor)
    case .json:
      if isTensor { return selection.tensor.flatMap(tensorJSON) }
      return selection.node.flatMap(nodeJSON)
    }
  }

  private func rowTexts(isTensor: Bool) -> [String]? {
    if isTensor {
      return selection.tensor.map { row in TensorColumn.allCases.map { $0.text(of: row, in: self) }
      }
    }
    guard let node = selection.node else { return nil }
    if let step = stepOfNode[node] {
      return ProfileColumn.allCases.map { $0.text(of: step, in: self) }
    }
    guard let facts = selectedNode, let model else { return nil }
    let shape = facts.outputs.first.map { model.tensors[$0].shapeText } ?? ""
    return [facts.name, facts.type, shape, String(facts.macCount), String(facts.parameterCount)]
  }

  /// The cell of the column that the table is sorted by, or the line under a detail's cursor.
  private func cellText(isTensor: Bool) -> String? {
    switch focus {
    case .detail: return lineText(DetailPane(model: self).lines)
    case .tensorDetail: return lineText(TensorDetailPane(model: self).lines)
    case .tensors:
      let column = sorting(of: .tensors).flatMap { TensorColumn(rawValue: $0.column) } ?? .shape
      return selection.tensor.map { column.text(of: $0, in: self) }
    default:
      guard let node = selection.node else { return nil }
      let column = sorting(of: .profile).flatMap { ProfileColumn(rawValue: $0.column) } ?? .type
      return stepOfNode[node].map { column.text(of: $0, in: self) } ?? selectedNode?.type
    }
  }

  private func lineText(_ lines: [DetailLine]) -> String? {
    guard let line = cursorLine(of: focus), lines.indices.contains(line) else { return nil }
    switch lines[line].content {
    case .pair(_, let value, _): return value
    default: return lines[line].plainText
    }
  }

  /// Writes what is seen to a file, after asking for its name.
  mutating func export(_ path: String?, replaces: Bool) -> [Effect] {
    guard let model else {
      message = Message("no model is open; o opens one", .warning)
      return []
    }
    guard let path else {
      let stem = model.name.split(separator: ".").first.map(String.init) ?? "model"
      let ending = view == .log || view == .run ? "txt" : "csv"
      return ask(Prompt(.export, text: "\(stem)-\(view.title.lowercased()).\(ending)"))
    }
    return [.export(path: path, contents: exportText(as: path), replaces: replaces)]
  }

  /// What is seen, in the form that a file's name asks for.
  func exportText(as path: String) -> String {
    let table = exportTable
    if path.hasSuffix(".json") { return exportJSON(table) }
    if path.hasSuffix(".csv") {
      return table.map { $0.map(quotedCSV).joined(separator: ",") + "\n" }.joined()
    }
    return draw(self).text + "\n"
  }

  /// The rows of what is seen, the titles first.
  private var exportTable: [[String]] {
    switch view {
    case .tensors:
      return [TensorColumn.allCases.map(\.name)]
        + tensorOrder.map { row in TensorColumn.allCases.map { $0.text(of: row, in: self) } }
    case .profile:
      return [ProfileColumn.allCases.map(\.name)]
        + stepOrder.map { row in ProfileColumn.allCases.map { $0.text(of: row, in: self) } }
    case .log:
      return [["time", "message"]] + log.map { [$0.time, $0.message.text] }
    case .run:
      return [["index", "label", "score", "settings"]]
        + results.flatMap { result in
          result.classes.map {
            [String($0.index), $0.label, decimals($0.score, 6), result.settings.label]
          }
        }
    case .graph: return graphTable
    }
  }

  private var graphTable: [[String]] {
    guard let model else { return [] }
    let titles = ["index", "name", "type", "output", "dtype", "macs", "parameters", "ms"]
    let nodes = model.nodes.indices.filter { node in
      !preferences.showsOnlyMatches || nodeMatches?.contains(node) ?? true
    }
    return [titles]
      + nodes.map { node in
        let facts = model.nodes[node]
        let output = facts.outputs.first.map { model.tensors[$0] }
        return [
          String(node), facts.name, facts.type, output?.shapeText ?? "", output?.dtype ?? "",
          String(facts.macCount), String(facts.parameterCount),
          times(of: node).map { decimals($0.median, 4) } ?? "",
        ]
      }
  }

  private func quotedCSV(_ text: String) -> String {
    guard text.contains(where: { ",\"\n".contains($0) }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}
