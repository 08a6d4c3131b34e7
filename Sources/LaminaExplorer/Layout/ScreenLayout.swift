import TerminalCells

/// A pane's place on the screen.
package struct PlacedPane: Hashable, Sendable {
  package var id: PaneID
  package var area: Rect
  /// Whether lines are drawn around it.
  package var hasFrame: Bool

  /// The area inside of the frame.
  package var content: Rect { hasFrame ? area.inset(columns: 1, rows: 1) : area }
}

/// How many panes are shown side by side.
package enum LayoutKind: Int, CaseIterable, Hashable, Sendable {
  case single
  case view
  case threePanes
  case workbench
}

/// Where everything stands on the screen.
package struct ScreenLayout: Hashable, Sendable {
  package var header: Rect
  package var tabs: Rect
  package var panes: [PlacedPane]
  package var message: Rect
  package var hints: Rect
  package var kind: LayoutKind

  /// Arranges a screen for the model's size, view and zoom.
  package init(_ model: ExplorerModel) {
    let screen = Rect(model.size)
    let isLow = screen.height < 16
    let footer = screen.height < 3 ? 0 : isLow ? 1 : 2
    header = screen.row(0)
    tabs = screen.row(1)
    hints = isLow ? Rect(x: 0, y: 0, width: 0, height: 0) : screen.row(screen.height - 1)
    message = footer == 0 ? hints : screen.row(screen.height - footer)
    let body = screen.droppingRows(2).prefixRows(screen.height - 2 - footer)
    kind = Self.kind(for: model)
    if model.isZoomed || kind == .single {
      panes = [PlacedPane(id: model.focus, area: body, hasFrame: !isLow && body.width >= 60)]
    } else {
      switch kind {
      case .threePanes: panes = threePanes(of: model.view, in: body)
      case .workbench: panes = workbench(in: body)
      default: panes = view(model.view, in: body)
      }
    }
  }

  /// The layouts that a size has room for, the richest last.
  static func kinds(for size: Size) -> [LayoutKind] {
    LayoutKind.allCases.filter { kind in
      switch kind {
      case .single: true
      case .view: size.width >= 80 && size.height >= 20
      case .threePanes: size.width >= 120 && size.height >= 30
      case .workbench: size.width >= 180 && size.height >= 45
      }
    }
  }

  private static func kind(for model: ExplorerModel) -> LayoutKind {
    let kinds = kinds(for: model.size)
    return kinds[kinds.count - 1 - model.layoutStep % kinds.count]
  }

  /// Returns the place of a pane, if it is shown.
  package func pane(_ id: PaneID) -> PlacedPane? { panes.first { $0.id == id } }
}

/// Arranges one view alone.
private func view(_ view: ViewID, in body: Rect) -> [PlacedPane] {
  let areas: [Rect]
  switch view {
  case .graph: areas = body.columns(.weight(5), .weight(3))
  case .tensors: areas = body.columns(.fill, .fixed(max(26, body.width / 3)))
  case .profile: areas = body.rows(.fill, .fixed(min(13, body.height / 2)))
  case .run: areas = body.columns(.weight(2), .weight(3))
  case .log: areas = [body]
  }
  return placed(view.panes, areas)
}

/// Arranges the tree, a view and the detail of the selection.
private func threePanes(of view: ViewID, in body: Rect) -> [PlacedPane] {
  let middle = body.columns(.weight(3), .weight(5), .weight(3))
  switch view {
  case .graph:
    let right = body.columns(.weight(4), .weight(3), .weight(3))
    return placed([.graph, .detail, .tensorDetail], right)
  case .tensors: return placed([.graph, .tensors, .tensorDetail], middle)
  case .profile:
    let rows = middle[1].rows(.fill, .fixed(min(14, body.height / 2)))
    return placed([.graph, .profile, .totals, .detail], [middle[0], rows[0], rows[1], middle[2]])
  case .run:
    let columns = body.columns(.weight(3), .weight(4), .weight(4))
    return placed([.graph, .input, .result], columns)
  case .log: return placed([.graph, .log, .detail], middle)
  }
}

/// Arranges everything at once.
private func workbench(in body: Rect) -> [PlacedPane] {
  let columns = body.columns(.weight(4), .weight(6), .weight(4))
  let left = columns[0].rows(.weight(5), .weight(4), .fixed(9))
  let center = columns[1].rows(.weight(6), .fixed(14), .weight(4))
  let right = columns[2].rows(.weight(5), .weight(5), .weight(4))
  return placed(
    [.graph, .input, .log, .profile, .totals, .tensors, .detail, .tensorDetail, .result],
    left + center + right
  )
}

private func placed(_ ids: [PaneID], _ areas: [Rect]) -> [PlacedPane] {
  zip(ids, areas).map { PlacedPane(id: $0, area: $1, hasFrame: true) }
}
