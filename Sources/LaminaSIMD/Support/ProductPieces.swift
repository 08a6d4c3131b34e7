/// How the rows and the panels of a product are divided among threads.
///
/// A piece reads all its weights and all its rows, so what is smaller is read again: rows are
/// divided while the weights of all panels stay in the second-level cache, and panels where they do
/// not. The other side is divided where that one is too short.
package struct ProductPieces {
  private let rowCount: Int
  private let panelCount: Int
  private let rows: Shares
  private let panels: Shares
  /// Whether neighbouring pieces have the same rows.
  private let rowsComeFirst: Bool

  /// Bytes of weights that stay in the second-level cache; the kernels take as many at a time.
  private static let cacheBytes = 384 << 10

  /// - Parameters:
  ///   - shares: as many pieces are wanted.
  ///   - rows: rows of the result.
  ///   - tileRows: rows of a tile, fewer than which are not worth a piece.
  ///   - panels: panels of the weights.
  ///   - panelBytes: bytes of a panel.
  package init(_ shares: Shares, rows: Int, tileRows: Int, panels: Int, panelBytes: Int) {
    let tiles = rows / tileRows
    let fits = panels * panelBytes <= Self.cacheBytes
    let first = shares.fitting(fits ? tiles : panels)
    let second = shares.rest(after: first).fitting(fits ? panels : tiles)
    self.init(
      rowCount: rows,
      panelCount: panels,
      rows: fits ? first : second,
      panels: fits ? second : first,
      rowsComeFirst: fits
    )
  }

  init(rowCount: Int, panelCount: Int, rows: Shares, panels: Shares, rowsComeFirst: Bool) {
    (self.rowCount, self.panelCount) = (rowCount, panelCount)
    (self.rows, self.panels, self.rowsComeFirst) = (rows, panels, rowsComeFirst)
  }

  package var count: Int { rows.count * panels.count }

  /// The rows and the panels of a piece.
  package subscript(index: Int) -> (rows: Range<Int>, panels: Range<Int>) {
    let row = rowsComeFirst ? index / panels.count : index % rows.count
    let panel = rowsComeFirst ? index % panels.count : index / rows.count
    return (rows.range(row, over: rowCount), panels.range(panel, over: panelCount))
  }
}
