/// A position on the screen, counted from the top left.
package struct Point: Hashable, Sendable {
  package var x: Int
  package var y: Int

  package init(x: Int, y: Int) {
    self.x = x
    self.y = y
  }
}

/// How many columns and rows a screen or an area has.
package struct Size: Hashable, Sendable {
  package var width: Int
  package var height: Int

  /// Creates a size; negative lengths count as zero.
  package init(width: Int, height: Int) {
    self.width = max(0, width)
    self.height = max(0, height)
  }
}

/// An area of the screen in cells, with its origin at the top left.
///
/// Every operation yields an area inside of the one it starts from, and an area may be empty, so
/// that a view never has to ask whether it fits.
package struct Rect: Hashable, Sendable {
  package var x: Int
  package var y: Int
  package var width: Int
  package var height: Int

  /// Creates an area; negative lengths count as zero.
  package init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = max(0, width)
    self.height = max(0, height)
  }

  /// Creates the area that covers a whole screen of `size`.
  package init(_ size: Size) {
    self.init(x: 0, y: 0, width: size.width, height: size.height)
  }

  package var isEmpty: Bool { width == 0 || height == 0 }

  /// The first column to the right of the area.
  package var maxX: Int { x + width }

  /// The first row below the area.
  package var maxY: Int { y + height }

  package func contains(x: Int, y: Int) -> Bool {
    x >= self.x && x < maxX && y >= self.y && y < maxY
  }

  /// Returns the area with `columns` taken from both sides and `rows` from top and bottom.
  package func inset(columns: Int = 0, rows: Int = 0) -> Rect {
    let left = min(columns, width)
    let top = min(rows, height)
    return Rect(
      x: x + left,
      y: y + top,
      width: width - 2 * columns,
      height: height - 2 * rows
    )
  }

  /// Returns row `index` of the area, which is empty when there is no such row.
  package func row(_ index: Int) -> Rect {
    let isInside = index >= 0 && index < height
    return Rect(x: x, y: y + max(0, index), width: isInside ? width : 0, height: isInside ? 1 : 0)
  }

  /// Returns the area without its first `count` rows.
  package func droppingRows(_ count: Int) -> Rect {
    let dropped = min(max(0, count), height)
    return Rect(x: x, y: y + dropped, width: width, height: height - dropped)
  }

  /// Returns the first `count` rows of the area.
  package func prefixRows(_ count: Int) -> Rect {
    Rect(x: x, y: y, width: width, height: min(max(0, count), height))
  }

  /// Returns the area without its first `count` columns.
  package func droppingColumns(_ count: Int) -> Rect {
    let dropped = min(max(0, count), width)
    return Rect(x: x + dropped, y: y, width: width - dropped, height: height)
  }

  /// Returns the first `count` columns of the area.
  package func prefixColumns(_ count: Int) -> Rect {
    Rect(x: x, y: y, width: min(max(0, count), width), height: height)
  }

  /// Returns the leading part of the area that stands for `share`, from 0 to 1, in whole cells.
  package func leading(_ share: Double) -> Rect {
    let part = share.isFinite ? min(max(share, 0), 1) : 0
    return prefixColumns(Int((Double(width) * part).rounded()))
  }
}
