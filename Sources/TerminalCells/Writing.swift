/// Where text stands in an area that is wider than it.
package enum Alignment: Hashable, Sendable {
  case leading
  case center
  case trailing
}

/// Which end of text is cut when it is wider than its area.
package enum Clipping: Hashable, Sendable {
  /// The end is cut: `some long na…`.
  case tail
  /// The beginning is cut, for names that differ at their ends: `…/expand/Relu6`.
  case head
}

/// A piece of a line with one style.
package struct Span: Hashable, Sendable {
  package var text: String
  package var style: Style

  package init(_ text: String, _ style: Style = .body) {
    self.text = text
    self.style = style
  }
}

extension CellBuffer {
  /// Writes one line of text in the first row of an area, cut with `…` where it does not fit.
  ///
  /// - Returns: the number of columns written.
  @discardableResult
  package mutating func write(
    _ text: String,
    in area: Rect,
    _ style: Style = .body,
    align: Alignment = .leading,
    clip: Clipping = .tail
  ) -> Int {
    guard !area.isEmpty else { return 0 }
    let fitted = fit(text, to: area.width, clip: clip)
    let width = columnCount(of: fitted)
    let free = area.width - width
    let start =
      switch align {
      case .leading: area.x
      case .center: area.x + free / 2
      case .trailing: area.x + free
      }
    place(fitted, x: start, y: area.y, style)
    return width
  }

  /// Writes pieces one after the other in the first row of an area, as far as they fit.
  ///
  /// - Returns: the number of columns written.
  @discardableResult
  package mutating func write(_ spans: [Span], in area: Rect) -> Int {
    var rest = area
    for span in spans {
      let used = write(span.text, in: rest, span.style)
      rest = rest.droppingColumns(used)
    }
    return area.width - rest.width
  }

  /// Fills an area with one character.
  package mutating func fill(_ area: Rect, with scalar: Unicode.Scalar = " ", _ style: Style) {
    let step = max(1, scalar.columnCount)
    for y in max(0, area.y)..<max(0, area.y, min(area.maxY, size.height)) {
      for x in stride(from: max(0, area.x), to: min(area.maxX, size.width), by: step) {
        put(scalar, x: x, y: y, style)
      }
    }
  }

  private mutating func place(_ text: String, x: Int, y: Int, _ style: Style) {
    var column = x
    for scalar in text.unicodeScalars {
      let safe: Unicode.Scalar = scalar.isPrintable ? scalar : "·"
      let width = safe.columnCount
      if width == 0 {
        put(mark: safe, x: column - 1, y: y)
      } else {
        put(safe, x: column, y: y, style)
        column += glyphs.isASCII ? 1 : width
        if glyphs.isASCII, width == 2 {
          put("?", x: column, y: y, style)
          column += 1
        }
      }
    }
  }
}

/// Returns the text cut to a number of columns, with `…` where something is missing.
package func fit(_ text: String, to width: Int, clip: Clipping = .tail) -> String {
  if columnCount(of: text) <= width { return text }
  guard width > 0 else { return "" }
  var kept = String.UnicodeScalarView()
  var used = 1
  let scalars = Array(text.unicodeScalars)
  for scalar in clip == .tail ? scalars : scalars.reversed() {
    let columns = scalar.isPrintable ? scalar.columnCount : 1
    if used + columns > width { break }
    used += columns
    kept.append(scalar)
  }
  switch clip {
  case .tail: return String(kept) + "…"
  case .head: return "…" + String(String.UnicodeScalarView(kept.reversed()))
  }
}
