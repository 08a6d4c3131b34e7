import TerminalCells

extension ExplorerModel {
  /// Shows a view and gives the keyboard to its main pane.
  mutating func show(_ view: ViewID) -> [Effect] {
    self.view = view
    focus = view.panes[0]
    keepFocusVisible()
    revealSelection()
    refresh()
    return statisticsWanted()
  }

  /// Gives the keyboard to another pane of the screen, in the order of reading.
  mutating func cyclePane(by step: Int) -> [Effect] {
    let layout = ScreenLayout(self)
    let panes = layout.panes.count > 1 ? layout.panes.map(\.id) : view.panes
    guard let index = panes.firstIndex(of: focus) else {
      focus = panes.first ?? .graph
      return []
    }
    focus = panes[(index + step + panes.count) % panes.count]
    if layout.kind == .workbench { view = focus.view }
    preferences.pad.isDown = false
    scrollIntoView()
    return statisticsWanted()
  }

  /// Moves the keyboard where it can be seen after the layout has changed.
  mutating func keepFocusVisible() {
    let panes = ScreenLayout(self).panes.map(\.id)
    guard !panes.contains(focus) else { return }
    focus = view.panes.first { panes.contains($0) } ?? panes.first ?? focus
  }

  mutating func move(_ motion: Motion) -> [Effect] {
    if showsPad, focus == .input { return movePen(motion) }
    if focus == .graph, motion == .left || motion == .right { return fold(opens: motion == .right) }
    guard let line = target(of: motion) else { return [] }
    go(to: line)
    return statisticsWanted()
  }

  /// The line that a motion leads to in the pane that has the keyboard.
  private func target(of motion: Motion) -> Int? {
    let count = lineCount(of: focus)
    guard count > 0 else { return nil }
    let content = ScreenLayout(self).pane(focus)?.content ?? Rect(size)
    let page = max(1, visibleLineCount(of: focus, in: content) - 1)
    let line = cursorLine(of: focus)
    let goal: Int
    switch motion {
    case .up: goal = (line ?? 1) - 1
    case .down: goal = (line ?? -1) + 1
    case .pageUp: goal = (line ?? 0) - page
    case .pageDown: goal = (line ?? 0) + page
    case .first: goal = 0
    case .last: goal = count - 1
    case .left, .right: return nil
    }
    return min(max(0, goal), count - 1)
  }

  /// Puts the cursor of the pane that has the keyboard on a line.
  mutating func go(to line: Int) {
    switch focus {
    case .graph where rows.indices.contains(line): select(rows[line].item)
    case .tensors where tensorOrder.indices.contains(line):
      select(selecting(tensor: tensorOrder[line]))
    case .profile where stepOrder.indices.contains(line):
      let step = stepOrder[line]
      if let node = plan?.steps[step].nodes.first { select(selecting(node: node)) }
      selection.step = step
    default: lineCursors[focus] = max(0, line)
    }
    scrollIntoView()
  }

  private mutating func select(_ item: Outline.Item) {
    switch item {
    case .group(let group): selection.group = group
    case .node(let node): selection = selecting(node: node)
    }
    lineCursors[.detail] = 0
    lineCursors[.tensorDetail] = 0
  }

  /// Selects an operator and a tensor, in all views.
  mutating func select(_ selection: Selection) {
    self.selection = selection
    lineCursors[.detail] = 0
    lineCursors[.tensorDetail] = 0
    revealSelection()
  }

  /// Unfolds the groups around the selected operator.
  func groupsAroundSelection() -> [Int] {
    guard selection.group == nil, let node = selection.node else { return [] }
    return outline.ancestors(of: .node(node))
  }

  private mutating func revealSelection() {
    let around = groupsAroundSelection()
    guard !openGroups.isSuperset(of: around) else { return }
    openGroups.formUnion(around)
    refresh()
  }

  /// Folds or unfolds the selected group, or moves to the group around or the first line inside.
  private mutating func fold(opens: Bool) -> [Effect] {
    guard let item = selectedItem else { return [] }
    if case .group(let group) = item {
      if opens, !openGroups.contains(group) {
        openGroups.insert(group)
      } else if opens, let first = outline.groups[group].items.first {
        select(first)
      } else if openGroups.remove(group) == nil, let parent = outline.parent(of: item) {
        selection.group = parent
      }
    } else if !opens, let parent = outline.parent(of: item) {
      selection.group = parent
    }
    refresh()
    return []
  }

  mutating func enter() -> [Effect] {
    switch focus {
    case .graph:
      guard let group = selection.group else {
        return focusIfShown(.detail)
      }
      if openGroups.remove(group) == nil { openGroups.insert(group) }
      refresh()
    case .detail: follow(DetailPane(model: self).lines)
    case .tensorDetail: follow(TensorDetailPane(model: self).lines)
    case .tensors: return focusIfShown(.tensorDetail)
    case .profile: return show(.graph)
    case .totals, .input, .result, .log: break
    }
    return statisticsWanted()
  }

  private mutating func focusIfShown(_ pane: PaneID) -> [Effect] {
    focus = pane
    let panes = ScreenLayout(self).panes.map(\.id)
    if !panes.contains(pane) { keepFocusVisible() }
    scrollIntoView()
    return []
  }

  private mutating func follow(_ lines: [DetailLine]) {
    guard let line = cursorLine(of: focus), lines.indices.contains(line),
      let target = lines[line].target
    else { return }
    select(target)
    refresh()
  }
}
