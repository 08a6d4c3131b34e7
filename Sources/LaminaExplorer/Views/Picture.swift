import TerminalCells

/// A picture of half blocks, as large as an area allows without distorting it.
struct Picture {
  let pixels: [RGB]
  let size: Size

  /// Returns how many columns and half rows the picture takes in an area.
  func fitted(in area: Rect) -> Size {
    guard size.width > 0, size.height > 0, !area.isEmpty else { return Size(width: 0, height: 0) }
    let byWidth = Double(area.width) / Double(size.width)
    let byHeight = Double(2 * area.height) / Double(size.height)
    let scale = min(byWidth, byHeight)
    return Size(
      width: max(1, Int(Double(size.width) * scale)),
      height: max(1, Int(Double(size.height) * scale))
    )
  }

  func draw(in area: Rect, on buffer: inout CellBuffer) {
    let target = fitted(in: area)
    guard target.width > 0, pixels.count == size.width * size.height else { return }
    for row in 0..<(target.height + 1) / 2 {
      for column in 0..<target.width {
        buffer.pixels(
          top: mean(column: column, row: 2 * row, of: target),
          bottom: mean(column: column, row: min(2 * row + 1, target.height - 1), of: target),
          x: area.x + column,
          y: area.y + row
        )
      }
    }
  }

  /// The mean colour of the part of the picture under one pixel of the target.
  private func mean(column: Int, row: Int, of target: Size) -> RGB {
    let xs = span(column, of: target.width, in: size.width)
    let ys = span(row, of: target.height, in: size.height)
    var (red, green, blue) = (0, 0, 0)
    for y in ys {
      for x in xs {
        let pixel = pixels[y * size.width + x]
        red += Int(pixel.red)
        green += Int(pixel.green)
        blue += Int(pixel.blue)
      }
    }
    let count = max(1, xs.count * ys.count)
    return RGB(UInt8(red / count), UInt8(green / count), UInt8(blue / count))
  }

  private func span(_ index: Int, of count: Int, in length: Int) -> Range<Int> {
    let start = min(index * length / count, length - 1)
    return start..<max(start + 1, (index + 1) * length / count)
  }
}
