/// Which characters a buffer draws lines, bars and images with.
package struct Glyphs: Hashable, Sendable {
  /// Only ASCII reaches the screen.
  package var isASCII: Bool
  /// Images are drawn as coloured half blocks; otherwise as characters of rising density.
  package var hasColouredImages: Bool

  package init(isASCII: Bool = false, hasColouredImages: Bool = true) {
    self.isASCII = isASCII
    self.hasColouredImages = hasColouredImages && !isASCII
  }

  package static let unicode = Glyphs()
  package static let ascii = Glyphs(isASCII: true)

  /// Returns what to draw in place of `scalar`.
  package func substitute(for scalar: Unicode.Scalar) -> Unicode.Scalar {
    guard isASCII, scalar.value > 0x7E else { return scalar }
    return asciiSubstitutes[scalar] ?? "?"
  }
}

/// ASCII stand-ins for what Lamina itself draws.
private let asciiSubstitutes: [Unicode.Scalar: Unicode.Scalar] = [
  "─": "-", "│": "|", "┌": "+", "┐": "+", "└": "+", "┘": "+", "├": "+", "┤": "+", "┬": "+",
  "┴": "+", "┼": "+", "━": "=", "┃": "|",
  "█": "#", "▉": "#", "▊": "#", "▋": "#", "▌": "=", "▍": "=", "▎": "-", "▏": "-", "▀": "#",
  "▄": "#", "░": ".", "▒": ":", "▓": "#",
  "▁": "_", "▂": "_", "▃": ".", "▅": "o", "▆": "O", "▇": "#",
  "▸": ">", "▾": "v", "•": "*", "·": ".", "…": "~", "→": ">", "←": "<", "↑": "^", "↓": "v",
  "×": "x", "±": "~", "≤": "<", "≥": ">", "µ": "u", "σ": "s", "—": "-", "–": "-",
]

/// Characters of rising density, for images without colour.
package let densityRamp: [Unicode.Scalar] = [" ", ".", ":", "-", "=", "+", "*", "#", "%", "@"]

/// Parts of a full block from the left, in eighths.
let leftBlocks: [Unicode.Scalar] = ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"]

/// Parts of a full block from below, in eighths.
package let lowerBlocks: [Unicode.Scalar] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
