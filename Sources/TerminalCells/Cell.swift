/// One position of the screen: a character, maybe with a mark on it, and what it is for.
package struct Cell: Hashable, Sendable {
  /// The character; a wide one is followed by a cell that ``isContinuation``.
  package private(set) var scalar: Unicode.Scalar
  /// A combining mark on the character.
  package var mark: Unicode.Scalar?
  package var style: Style

  package static let blank = Cell(" ", .body)

  /// Creates a cell; a scalar that may not reach a terminal becomes `·`.
  package init(_ scalar: Unicode.Scalar, _ style: Style) {
    self.scalar = scalar.isPrintable ? scalar : "·"
    self.style = style
  }

  /// Creates the second half of a wide character.
  package static func continuation(_ style: Style) -> Cell {
    var cell = Cell(" ", style)
    cell.scalar = "\0"
    return cell
  }

  /// Whether this is the second half of the wide character before it.
  package var isContinuation: Bool { scalar == "\0" }

  package var columnCount: Int { isContinuation ? 0 : scalar.columnCount }
}
