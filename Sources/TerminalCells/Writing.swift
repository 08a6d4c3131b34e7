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
  /// The middle is cut, for names that differ anywhere: `expanded…/project`.
  case middle
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
  let scalars = Array(text.unicodeScalars)
  let head = clip == .tail ? width - 1 : clip == .head ? 0 : width / 2
  let start = beginning(of: scalars, columns: head)
  let end = beginning(of: scalars.reversed(), columns: width - 1 - head)
  return String(start) + "…" + String(String.UnicodeScalarView(end.reversed()))
}

/// Returns as many scalars as fit into a number of columns.
private func beginning(of scalars: [Unicode.Scalar], columns: Int) -> String.UnicodeScalarView {
  var kept = String.UnicodeScalarView()
  var used = 0
  for scalar in scalars {
    used += scalar.isPrintable ? scalar.columnCount : 1
    if used > columns { break }
    kept.append(scalar)
  }
  return kept
}
