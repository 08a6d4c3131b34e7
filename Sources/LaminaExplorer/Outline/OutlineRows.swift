/// A visible line of the folding tree.
package struct OutlineRow: Hashable, Sendable {
  package var item: Outline.Item
  package var depth: Int
  /// Whether the line is a group whose contents are shown.
  package var isOpen: Bool
}

extension Outline {
  /// Returns the lines that are visible while the groups in `open` are unfolded.
  ///
  /// When `matches` is not `nil`, only these operators and the groups around them are shown, open.
  package func rows(open: Set<Int>, only matches: Set<Int>?) -> [OutlineRow] {
    var rows: [OutlineRow] = []
    for item in roots { append(item, depth: 0, open: open, only: matches, to: &rows) }
    return rows
  }

  private func append(
    _ item: Item,
    depth: Int,
    open: Set<Int>,
    only matches: Set<Int>?,
    to rows: inout [OutlineRow]
  ) {
    switch item {
    case .node(let node):
      if matches?.contains(node) ?? true {
        rows.append(OutlineRow(item: item, depth: depth, isOpen: false))
      }
    case .group(let group):
      if let matches, !groups[group].nodes.contains(where: matches.contains) { return }
      let isOpen = matches != nil || open.contains(group)
      rows.append(OutlineRow(item: item, depth: depth, isOpen: isOpen))
      guard isOpen else { return }
      for inner in groups[group].items {
        append(inner, depth: depth + 1, open: open, only: matches, to: &rows)
      }
    }
  }

  /// Returns the groups to open at first: all when the tree is short, else the outermost ones as
  /// long as the tree stays short.
  package func initiallyOpen(limit: Int = 40) -> Set<Int> {
    var open: Set<Int> = []
    var rowCount = roots.count
    var next = roots
    while !next.isEmpty {
      var inner: [Item] = []
      for case .group(let group) in next {
        let count = groups[group].items.count
        guard rowCount + count <= limit else { continue }
        rowCount += count
        open.insert(group)
        inner += groups[group].items
      }
      next = inner
    }
    return open
  }

  /// Returns the groups around an item, innermost first.
  package func ancestors(of item: Item) -> [Int] {
    var result: [Int] = []
    var next = parent(of: item)
    while let group = next {
      result.append(group)
      next = groups[group].parent
    }
    return result
  }
}
