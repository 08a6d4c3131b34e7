import TerminalCells

/// How the drawing pad's pixels lie on the cells of an area.
///
/// Two columns a pixel where there is room, else half a row a pixel; where even that is too large,
/// the part around the pen.
struct PadGeometry {
  let area: Rect
  /// Columns of a pixel; a pixel is a row high when this is 2, else half a row.
  let columnsPerPixel: Int
  /// The pixel at the area's top left.
  let origin: Point
  /// The number of pixels shown.
  let shown: Size

  init(_ pad: DrawingPad, in area: Rect) {
    let isLarge = area.width >= 2 * pad.size.width && area.height >= pad.size.height
    columnsPerPixel = isLarge ? 2 : 1
    let width = min(pad.size.width, area.width / columnsPerPixel)
    let height = min(pad.size.height, isLarge ? area.height : 2 * area.height)
    shown = Size(width: width, height: height)
    origin = Point(
      x: Self.start(pen: pad.pen.x, shown: width, of: pad.size.width),
      y: Self.start(pen: pad.pen.y, shown: height, of: pad.size.height) & ~1
    )
    let rows = isLarge ? height : (height + 1) / 2
    self.area = area.prefixColumns(width * columnsPerPixel).prefixRows(rows)
  }

  private static func start(pen: Int, shown: Int, of length: Int) -> Int {
    min(max(0, pen - shown / 2), max(0, length - shown))
  }

  /// The pixel at a cell; the upper one of the two in a cell.
  func pixel(x: Int, y: Int) -> Point? {
    guard area.contains(x: x, y: y) else { return nil }
    let row = columnsPerPixel == 2 ? y - area.y : 2 * (y - area.y)
    return Point(x: origin.x + (x - area.x) / columnsPerPixel, y: origin.y + row)
  }

  /// The cell of a pixel.
  func cell(of pixel: Point) -> Point {
    let row = columnsPerPixel == 2 ? pixel.y - origin.y : (pixel.y - origin.y) / 2
    return Point(x: area.x + (pixel.x - origin.x) * columnsPerPixel, y: area.y + row)
  }
}

/// The sheet that digits are drawn on.
struct PadView {
  let pad: DrawingPad
  let hasFocus: Bool

  func draw(in area: Rect, on buffer: inout CellBuffer) {
    let geometry = PadGeometry(pad, in: area)
    let cells = geometry.area
    for y in cells.y..<cells.maxY {
      for x in cells.x..<cells.maxX {
        guard let pixel = geometry.pixel(x: x, y: y) else { continue }
        let below = geometry.columnsPerPixel == 2 ? pixel : Point(x: pixel.x, y: pixel.y + 1)
        buffer.pixels(top: color(pixel), bottom: color(below), x: x, y: y)
      }
    }
    guard hasFocus, !cells.isEmpty else { return }
    let cursor = geometry.cell(of: pad.pen)
    if !buffer.glyphs.hasColouredImages {
      buffer.put(pad.isDown ? "X" : "+", x: cursor.x, y: cursor.y, .key)
    }
    buffer.cursor = cursor
  }

  private func color(_ pixel: Point) -> RGB {
    if hasFocus, pixel == pad.pen {
      return pad.isDown ? RGB(255, 64, 64) : RGB(64, 160, 255)
    }
    let ink = Int(pad[pixel.x, pixel.y])
    let level = UInt8(24 + ink * (255 - 24) / 255)
    return RGB(level, level, level)
  }
}
