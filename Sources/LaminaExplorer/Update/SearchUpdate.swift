import TerminalCells

extension ExplorerModel {
  mutating func search(_ command: Command) -> [Effect] {
    switch command {
    case .find(nil):
      var prompt = Prompt(.query, text: preferences.query?.text ?? "")
      prompt.before = preferences
      prompt.selectionBefore = selection
      return ask(prompt)
    case .find(let text?): setQuery(text, selects: true)
    case .nextMatch: goToMatch(step: 1)
    case .previousMatch: goToMatch(step: -1)
    case .onlyMatches:
      guard preferences.query != nil else {
        message = Message("nothing is searched for; / does")
        return []
      }
      preferences.showsOnlyMatches.toggle()
      refresh()
    default: break
    }
    return statisticsWanted()
  }

  /// Searches for what a text says; a text that says nothing keeps what was searched for.
  mutating func setQuery(_ text: String, selects: Bool) {
    do {
      let query = try Query(text)
      preferences.query = query.terms.isEmpty ? nil : query
      if preferences.query == nil { preferences.showsOnlyMatches = false }
      refresh()
      if selects, preferences.query != nil { goToMatch(step: 0) }
    } catch {
      message = Message("\(error)", .error)
    }
  }

  /// Selects the match after (1) or before (-1) the selection, or the nearest at or after it (0).
  mutating func goToMatch(step: Int) {
    let isTensors = focus == .tensors || focus == .tensorDetail
    let order = isTensors ? tensorOrder : matchOrder
    let matches = (isTensors ? tensorMatches : nodeMatches) ?? []
    let found = order.filter { matches.contains($0) }
    guard !found.isEmpty else {
      message = Message(
        preferences.query == nil ? "nothing is searched for; / does" : "no match",
        .warning
      )
      return
    }
    let current = isTensors ? selection.tensor : selection.node
    let place = order.firstIndex { $0 == current } ?? -1
    let places = found.compactMap { order.firstIndex(of: $0) }
    let next: Int?
    switch step {
    case 0: next = places.first { $0 >= place } ?? places.first
    case 1...: next = places.first { $0 > place } ?? places.first
    default: next = places.last { $0 < place } ?? places.last
    }
    guard let next else { return }
    select(isTensors ? selecting(tensor: order[next]) : selecting(node: order[next]))
    refresh()
  }

  /// The operators in the order in which the pane that has the keyboard shows them.
  private var matchOrder: [Int] {
    guard focus == .profile, let plan else { return model.map { Array($0.nodes.indices) } ?? [] }
    return stepOrder.flatMap { plan.steps[$0].nodes }
  }

  mutating func present(_ command: Command) -> [Effect] {
    switch command {
    case .sort(let name): sort(by: name)
    case .reverseSort:
      if let pane = sortedPane, var sorting = sorting(of: pane) {
        sorting.isDescending.toggle()
        preferences.sortings[pane] = sorting
      }
    case .color(let name): color(by: name)
    case .foldAll:
      openGroups = []
      if selection.group == nil, let node = selection.node,
        let outermost = outline.ancestors(of: .node(node)).last
      {
        selection.group = outermost
      }
    case .unfoldAll: openGroups = Set(outline.groups.indices)
    default: break
    }
    refresh()
    return statisticsWanted()
  }

  private mutating func sort(by name: String?) {
    guard let pane = sortedPane else {
      message = Message("Tensors and Profile can be sorted")
      return
    }
    let columns = sortColumns
    guard let name else {
      let current = sorting(of: pane)?.column ?? -1
      let next = columns[(current + 1) % columns.count]
      preferences.sortings[pane] = Sorting(next.index, isDescending: next.isNumber)
      message = Message("sorted by \(next.name)")
      return
    }
    guard let column = columns.first(where: { $0.name == name.lowercased() }) else {
      let names = columns.map(\.name).joined(separator: " ")
      message = Message("no column “\(name)”; there are \(names)", .error)
      return
    }
    preferences.sortings[pane] = Sorting(column.index, isDescending: column.isNumber)
  }

  private mutating func color(by name: String?) {
    let all = Coloring.allCases
    if let name {
      guard let coloring = Coloring(rawValue: name.lowercased()) else {
        let names = all.map(\.rawValue).joined(separator: " ")
        message = Message("bars can be coloured by \(names)", .error)
        return
      }
      preferences.coloring = coloring
    } else {
      let index = all.firstIndex(of: preferences.coloring) ?? 0
      preferences.coloring = all[(index + 1) % all.count]
    }
    message = Message("bars coloured by \(preferences.coloring.rawValue)")
  }
}
