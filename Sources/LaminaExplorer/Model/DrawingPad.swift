import TerminalCells

/// A small grey picture that is drawn by hand.
package struct DrawingPad: Hashable, Sendable {
  package let size: Size
  /// Row by row, 0 for paper and 255 for ink.
  package private(set) var pixels: [UInt8]
  package var pen: Point
  /// Whether moving the pen draws.
  package var isDown = false

  package init(_ size: Size = Size(width: 0, height: 0)) {
    self.size = size
    pixels = Array(repeating: 0, count: size.width * size.height)
    pen = Point(x: size.width / 2, y: size.height / 2)
  }

  package var isEmpty: Bool { pixels.allSatisfy { $0 == 0 } }

  /// The ink at a position, 0 outside.
  package subscript(x: Int, y: Int) -> UInt8 {
    Rect(size).contains(x: x, y: y) ? pixels[y * size.width + x] : 0
  }

  /// Moves the pen, drawing when it is down.
  package mutating func move(dx: Int, dy: Int) {
    guard !pixels.isEmpty else { return }
    pen.x = min(max(pen.x + dx, 0), size.width - 1)
    pen.y = min(max(pen.y + dy, 0), size.height - 1)
    if isDown { ink(at: pen) }
  }

  /// Draws a line from where the pen is, or a dot where it is put down anew.
  package mutating func stroke(to point: Point, isNew: Bool) {
    guard !pixels.isEmpty else { return }
    let target = Point(
      x: min(max(point.x, 0), size.width - 1),
      y: min(max(point.y, 0), size.height - 1)
    )
    let start = isNew ? target : pen
    let steps = max(abs(target.x - start.x), abs(target.y - start.y), 1)
    for step in 0...steps {
      ink(
        at: Point(
          x: start.x + (target.x - start.x) * step / steps,
          y: start.y + (target.y - start.y) * step / steps
        )
      )
    }
    pen = target
  }

  /// Draws the pen's soft dot: full at its middle, weaker beside it.
  package mutating func ink(at point: Point) {
    for dy in -1...1 {
      for dx in -1...1 {
        let strength: UInt8 = dx == 0 && dy == 0 ? 255 : dx == 0 || dy == 0 ? 160 : 64
        darken(x: point.x + dx, y: point.y + dy, to: strength)
      }
    }
  }

  /// Clears the pixel at a position and those beside it.
  package mutating func erase(at point: Point) {
    for y in point.y - 1...point.y + 1 {
      for x in point.x - 1...point.x + 1 where Rect(size).contains(x: x, y: y) {
        pixels[y * size.width + x] = 0
      }
    }
  }

  /// Returns an empty pad of the same size.
  package func cleared() -> DrawingPad { DrawingPad(size) }

  private mutating func darken(x: Int, y: Int, to strength: UInt8) {
    guard Rect(size).contains(x: x, y: y) else { return }
    let index = y * size.width + x
    pixels[index] = max(pixels[index], strength)
  }
}
