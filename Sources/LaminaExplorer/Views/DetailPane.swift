import OrderedCollections
import TerminalCells

/// The facts about the selected operator, the selected group, or the whole model.
struct DetailPane: FactPane {
  let model: ExplorerModel
  let pane = PaneID.detail

  var lines: [DetailLine] {
    if let group = model.selection.group, model.outline.groups.indices.contains(group) {
      return groupLines(model.outline.groups[group])
    }
    guard let node = model.selection.node, let facts = model.selectedNode else {
      return ModelSummary(model: model).lines
    }
    return headLines(node, facts) + stepLines(node) + costLines(facts) + attributeLines(facts)
      + edgeLines(facts)
  }

  /// The width of the pane's values.
  private var width: Int {
    let pane = ScreenLayout(model).pane(.detail)?.content.width ?? 40
    return max(8, pane - min(9, pane / 3) - 1)
  }

  private func headLines(_ node: Int, _ facts: NodeFacts) -> [DetailLine] {
    let mark = model.preferences.marks.contains(node) ? "* " : ""
    let source = facts.sourceType == facts.type ? "" : facts.sourceType
    return [
      .title(mark + model.label(of: node)),
      .pair("type", facts.type + (source.isEmpty ? "" : " (\(source))")),
    ]
      + chopped(facts.name, to: width).prefix(4).enumerated()
      .map { .pair($0 == 0 ? "name" : "", $1, .dim) }
  }

  private func stepLines(_ node: Int) -> [DetailLine] {
    guard let step = model.step(of: node) else { return [] }
    var lines: [DetailLine] = []
    if let main = step.nodes.first, main != node {
      let name = model.model?.nodes[main].name ?? step.name
      lines.append(.pair("fused", "into \(leafName(of: name))", to: model.selecting(node: main)))
    } else if let times = model.times(of: node) {
      let share = model.share(of: node).map { "  " + percentText($0) } ?? ""
      lines.append(.pair("time", "\(millisecondText(times.median))ms\(share)", .strong))
      lines.append(.pair("p90", "\(millisecondText(times.p90))ms"))
    }
    lines.append(.pair("runs on", "\(step.backend) in \(step.precision)"))
    lines += wrapped(step.kernel, to: width).enumerated()
      .map { .pair($0 == 0 ? "kernel" : "", $1) }
    if let reason = step.fallbackReason {
      lines.append(.text("asked \(step.askedBackend): \(reason) !", .warning))
    }
    for other in step.nodes.dropFirst() where step.nodes.first == node {
      let name = model.model.map { leafName(of: $0.nodes[other].name) } ?? ""
      let type = model.model?.nodes[other].type ?? ""
      lines.append(.pair("+ fused", "\(type) \(name)", .dim, to: model.selecting(node: other)))
    }
    return lines
  }

  private func costLines(_ facts: NodeFacts) -> [DetailLine] {
    let traffic = facts.bytesRead + facts.bytesWritten
    let total = max(1, model.model?.macCount ?? 1)
    var lines: [DetailLine] = [.blank]
    if facts.macCount > 0 {
      let share = percentText(Double(facts.macCount) / Double(total))
      lines.append(.pair("MACs", "\(countText(facts.macCount))  \(share)"))
    }
    if facts.parameterCount > 0 { lines.append(.pair("params", countText(facts.parameterCount))) }
    let sizes = "\(byteText(facts.bytesRead)) in, \(byteText(facts.bytesWritten)) out"
    lines.append(.pair("bytes", sizes))
    if facts.macCount > 0, traffic > 0 {
      let intensity = Double(facts.macCount) / Double(traffic)
      lines.append(.pair("MAC/byte", decimals(intensity, 2)))
    }
    return lines
  }

  private func attributeLines(_ facts: NodeFacts) -> [DetailLine] {
    guard !facts.attributes.isEmpty else { return [] }
    return [.blank]
      + facts.attributes.flatMap { attribute in
        wrapped(attribute.value, to: width).enumerated()
          .map { .pair($0 == 0 ? attribute.name : "", $1) }
      }
  }

  private func edgeLines(_ facts: NodeFacts) -> [DetailLine] {
    guard let model = model.model else { return [] }
    var lines: [DetailLine] = [.blank, .text("inputs", .dim)]
    for (index, tensor) in facts.inputs.enumerated() {
      guard let tensor else {
        lines.append(.pair("in\(index)", "(left out)", .dim))
        continue
      }
      lines += edge(
        "in\(index)",
        tensor: tensor,
        nodes: model.tensors[tensor].producer.map { [$0] }
      )
    }
    lines.append(.text("outputs", .dim))
    for (index, tensor) in facts.outputs.enumerated() {
      lines += edge("out\(index)", tensor: tensor, nodes: model.tensors[tensor].consumers)
    }
    return lines
  }

  /// Returns a tensor's line and one for each operator at its other end.
  private func edge(_ label: String, tensor: Int, nodes: [Int]?) -> [DetailLine] {
    guard let facts = model.model else { return [] }
    let type = facts.tensors[tensor]
    let text = "\(type.shapeText) \(type.dtype)"
    var lines: [DetailLine] = [.pair(label, text, to: model.selecting(tensor: tensor))]
    for node in nodes ?? [] {
      let other = facts.nodes[node]
      lines.append(
        .text("   \(other.type) \(leafName(of: other.name))", .key, to: model.selecting(node: node))
      )
    }
    if nodes == nil || nodes?.isEmpty == true {
      lines.append(.text("   \(type.role.rawValue) \(leafName(of: type.name))", .dim))
    }
    return lines
  }

  private func groupLines(_ group: Outline.Group) -> [DetailLine] {
    guard let facts = model.model else { return [] }
    let nodes = group.nodes.map { facts.nodes[$0] }
    var lines: [DetailLine] = [
      .title(group.name),
      .pair("ops", String(nodes.count)),
      .pair("MACs", countText(nodes.reduce(0) { $0 &+ $1.macCount })),
      .pair("params", countText(nodes.reduce(0) { $0 &+ $1.parameterCount })),
    ]
    let times = group.nodes.compactMap { model.times(of: $0)?.median }
    if !times.isEmpty {
      lines.append(.pair("time", "\(millisecondText(times.reduce(0, +)))ms", .strong))
    }
    var types: OrderedDictionary<String, Int> = [:]
    for node in nodes { types[node.type, default: 0] += 1 }
    lines.append(.blank)
    for (type, count) in types { lines.append(.pair("\(count) ×", type)) }
    return lines
  }
}

extension ExplorerModel {
  /// The selection of an operator: its first output comes with it.
  package func selecting(node: Int) -> Selection {
    guard let model, model.nodes.indices.contains(node) else { return Selection(node: node) }
    return Selection(node: node, tensor: model.nodes[node].outputs.first)
  }

  /// The selection of a tensor: the operator that computes it, or the first that reads it, comes
  /// with it.
  package func selecting(tensor: Int) -> Selection {
    guard let model, model.tensors.indices.contains(tensor) else { return Selection() }
    let facts = model.tensors[tensor]
    return Selection(node: facts.producer ?? facts.consumers.first, tensor: tensor)
  }
}
