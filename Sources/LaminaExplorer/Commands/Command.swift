import TerminalCells

/// Where the cursor is moved.
package enum Motion: Hashable, Sendable {
  case up
  case down
  case left
  case right
  case pageUp
  case pageDown
  case first
  case last
}

/// What `y` copies.
package enum CopyKind: String, CaseIterable, Hashable, Sendable {
  case name
  case row
  case cell
  case json
}

/// Everything that can be asked of the explorer, by a key, by `:` or by the mouse.
package enum Command: Hashable, Sendable {
  case move(Motion)
  case enter
  case back
  case cancel
  case nextPane
  case previousPane
  case view(ViewID)
  case zoom
  case layout
  case find(String?)
  case nextMatch
  case previousMatch
  case onlyMatches
  case sort(String?)
  case reverseSort
  case color(String?)
  case foldAll
  case unfoldAll
  case run
  case loop
  case stop
  case backend(String?)
  case precision(String?)
  case threads(String?)
  case openFile(String?)
  case pad
  case pen
  case erase
  case clearPad
  case mark
  case copy(CopyKind?)
  case export(path: String?, replaces: Bool)
  case watch
  case undo
  case prompt
  case help
  case redraw
  case suspend
  case quit
}
