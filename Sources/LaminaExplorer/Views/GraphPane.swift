import TerminalCells

/// The operators as a folding tree: name, type, output shape, and time, or work where nothing has
/// been measured.
///
///     ▾ block 1          3 ops   56x56x24   0.62 ████
///         Conv_5        DWConv   56x56x96   0.31 ██
struct GraphPane {
  let model: ExplorerModel

  func draw(in area: Rect, on buffer: inout CellBuffer) {
    guard model.model != nil else {
      buffer.write("No model is open.  o opens one.", in: area, .dim)
      return
    }
    let titled = model.visibleLineCount(of: .graph, in: area) < area.height
    let columns = GraphColumns(width: area.width)
    if titled { drawTitles(columns.areas(in: area.row(0)), on: &buffer) }
    let body = area.droppingRows(titled ? 1 : 0)
    let offset = model.offsets[.graph] ?? 0
    let scale = largestAmount
    for line in 0..<body.height where offset + line < model.rows.count {
      let row = model.rows[offset + line]
      draw(row, columns, scale: scale, in: body.row(line), on: &buffer)
      if row.item == model.selectedItem {
        buffer.restyle(body.row(line), model.focus == .graph ? .selected : .current)
      }
    }
    if model.rows.isEmpty { buffer.write("nothing matches  (f shows all)", in: body, .dim) }
  }

  private func drawTitles(_ areas: [Rect], on buffer: inout CellBuffer) {
    buffer.write("operator", in: areas[0], .dim)
    buffer.write("type", in: areas[1], .dim)
    buffer.write("output", in: areas[2], .dim, align: .trailing)
    let amount = model.currentProfile == nil ? "MACs" : "ms"
    buffer.write(amount, in: areas[3], .dim, align: .trailing)
    buffer.write(model.preferences.coloring.rawValue, in: areas[4], .dim)
  }

  private func draw(
    _ row: OutlineRow,
    _ columns: GraphColumns,
    scale: Double,
    in area: Rect,
    on buffer: inout CellBuffer
  ) {
    let areas = columns.areas(in: area)
    let amount = amount(of: row.item)
    let (indent, label) = label(of: row)
    let rest = areas[0].droppingColumns(buffer.write(indent, in: areas[0]))
    let isNode = if case .node = row.item { true } else { false }
    buffer.write(
      label,
      in: rest,
      isMatch(row.item) ? .match : .body,
      clip: isNode ? .tail : .middle
    )
    buffer.write(type(of: row.item), in: areas[1], .dim)
    buffer.write(shape(of: row.item), in: areas[2], .dim, align: .trailing)
    buffer.write(amountText(of: row.item, amount), in: areas[3], .body, align: .trailing)
    if scale > 0, let amount {
      buffer.bar(amount / scale, in: areas[4], barStyle(row.item, share: amount / scale))
    }
  }

  private func label(of row: OutlineRow) -> (indent: String, label: String) {
    let indent = String(repeating: "  ", count: min(row.depth, 12))
    switch row.item {
    case .group(let group):
      return (indent + (row.isOpen ? "▾ " : "▸ "), model.outline.groups[group].name)
    case .node(let node):
      let mark = model.preferences.marks.contains(node) ? "* " : "  "
      return (indent + mark, model.label(of: node))
    }
  }

  private func type(of item: Outline.Item) -> String {
    switch item {
    case .group(let group): return "\(model.outline.groups[group].nodes.count) ops"
    case .node(let node):
      let isFallback = model.step(of: node)?.fallbackReason != nil
      return (model.model?.nodes[node].kind ?? "") + (isFallback ? " !" : "")
    }
  }

  private func shape(of item: Outline.Item) -> String {
    guard let facts = model.model else { return "" }
    let last: Int? =
      switch item {
      case .group(let group): model.outline.groups[group].nodes.last
      case .node(let node): node
      }
    guard let last, let tensor = facts.nodes[last].outputs.first else { return "" }
    return facts.tensors[tensor].compactShapeText
  }

  /// The time of a line in milliseconds; its multiplications where nothing was measured.
  private func amount(of item: Outline.Item) -> Double? {
    switch item {
    case .node(let node):
      if model.currentProfile != nil { return model.times(of: node)?.median }
      return model.model.map { Double($0.nodes[node].macCount) }
    case .group(let group):
      let parts = model.outline.groups[group].nodes.compactMap { amount(of: .node($0)) }
      return parts.isEmpty ? nil : parts.reduce(0, +)
    }
  }

  private func amountText(of item: Outline.Item, _ amount: Double?) -> String {
    if model.currentProfile != nil {
      if let amount { return millisecondText(amount) }
      if case .node(let node) = item, model.stepOfNode[node] != nil { return "fused" }
      return ""
    }
    guard let amount, amount > 0 else { return "" }
    return countText(amount < 1e18 ? Int(amount) : Int.max)
  }

  /// The amount of the longest visible line, which has the longest bar.
  private var largestAmount: Double {
    model.rows.reduce(0) { largest, row in
      if case .group = row.item, row.isOpen { return largest }
      return max(largest, amount(of: row.item) ?? 0)
    }
  }

  private func isMatch(_ item: Outline.Item) -> Bool {
    guard let matches = model.nodeMatches else { return false }
    switch item {
    case .node(let node): return matches.contains(node)
    case .group(let group):
      return model.outline.groups[group].nodes.contains { matches.contains($0) }
    }
  }

  private func barStyle(_ item: Outline.Item, share: Double) -> Style {
    guard case .node(let node) = item else { return .bar }
    return model.barStyle(of: node, share: share)
  }
}

/// The columns of the tree that a width has room for.
private struct GraphColumns {
  private let tracks: [Track]

  init(width: Int) {
    let isWide = width >= 66
    let type = isWide ? 17 : width >= 44 ? 10 : 0
    let shape = isWide ? 14 : width >= 36 ? 10 : 0
    let amount = isWide ? 6 : width >= 24 ? 5 : 0
    let bar = width >= 32 ? max(4, width / 12) : 0
    tracks = [.fill, .fixed(type), .fixed(shape), .fixed(amount), .fixed(bar)]
  }

  func areas(in area: Rect) -> [Rect] {
    area.columns(tracks, gap: 1)
  }
}

extension TensorFacts {
  /// The shape without a batch of one, which says nothing where there is little room.
  var compactShapeText: String {
    let text = shapeText
    guard let shape, shape.count > 1, shape[0] == 1 else { return text }
    return String(text.dropFirst(2))
  }
}

extension ExplorerModel {
  /// An operator's name without the scopes that the tree shows above it.
  func label(of node: Int) -> String {
    guard let facts = model?.nodes[node] else { return "" }
    let parts = facts.name.prefix { $0 != ";" }.split(separator: "/").map(String.init)
    let around = outline.ancestors(of: .node(node)).first.map { outline.groups[$0].name } ?? ""
    let last = around.split(separator: "/").last.map(String.init)
    let start = parts.dropLast().lastIndex { $0 == last }.map { $0 + 1 }
    let shown = parts[(start ?? max(0, parts.count - 2))...]
    return shown.isEmpty ? facts.name : shown.joined(separator: "/")
  }

  /// An operator's name with the group around it, for tables, whose other columns say the rest.
  func pathLabel(of node: Int) -> String {
    let parts = label(of: node).split(separator: "/").map(String.init)
    let short = parts.count > 1 ? parts.dropLast().joined(separator: "/") : parts.first ?? ""
    guard let group = outline.group(of: node) else { return short }
    return "\(outline.groups[group].name)/\(short)"
  }

  /// A step's name: that of the operator which it mostly is, or its own.
  func stepLabel(_ step: Int) -> String {
    guard let facts = plan?.steps[step] else { return "" }
    return facts.nodes.first.map(pathLabel) ?? leafName(of: facts.name)
  }

  /// The style of an operator's bar under the colouring that is chosen.
  func barStyle(of node: Int, share: Double) -> Style {
    guard let facts = model?.nodes[node] else { return .bar }
    switch preferences.coloring {
    case .time: return .heat(Int((share * 7).rounded()))
    case .type: return .category(category(facts.kind))
    case .backend: return .category(category(step(of: node)?.backend ?? ""))
    case .dtype:
      let dtype = facts.outputs.first.flatMap { model?.tensors[$0].dtype } ?? ""
      return .category(category(dtype))
    case .bytes:
      let largest = model?.nodes.reduce(1) { max($0, $1.bytesRead + $1.bytesWritten) } ?? 1
      return .heat(7 * (facts.bytesRead + facts.bytesWritten) / largest)
    }
  }

  /// A number for a word, the same on each run.
  func category(_ word: String) -> Int {
    Int(word.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 } % 8)
  }
}
