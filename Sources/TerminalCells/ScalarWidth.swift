extension Unicode.Scalar {
  /// How many columns a terminal gives the scalar: 0 for marks that sit on the one before, 2 for
  /// East Asian wide characters and emoji, 1 for the rest.
  package var columnCount: Int {
    if value < 0x300 { return 1 }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    default: break
    }
    if isInWideRange || properties.isEmojiPresentation { return 2 }
    return 1
  }

  /// Whether the scalar may be sent to a terminal as it is.
  ///
  /// Control characters and everything that changes how other characters are drawn (format and
  /// bidirectional marks, separators of lines, variation selectors) may not, nor may code points
  /// without a meaning, whose width no two terminals agree about.
  package var isPrintable: Bool {
    if value >= 0x20 && value < 0x7F { return true }
    if (0xFE00...0xFE0F).contains(value) || (0xE0100...0xE01EF).contains(value) { return false }
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      return false
    default: return !properties.isDefaultIgnorableCodePoint
    }
  }

  private var isInWideRange: Bool {
    guard value >= 0x1100 else { return false }
    var low = 0
    var high = wideRanges.count
    while low < high {
      let middle = (low + high) / 2
      if value > wideRanges[middle].upperBound {
        low = middle + 1
      } else if value < wideRanges[middle].lowerBound {
        high = middle
      } else {
        return true
      }
    }
    return false
  }
}

/// Blocks whose characters are wide or full width (Unicode Standard Annex 11), in order.
private let wideRanges: [ClosedRange<UInt32>] = [
  0x1100...0x115F,  // Hangul Jamo, leading consonants
  0x2329...0x232A,  // angle brackets
  0x2E80...0x303E,  // CJK radicals and punctuation
  0x3041...0x33FF,  // kana, Bopomofo, Hangul compatibility, CJK squares
  0x3400...0x4DBF,  // CJK extension A
  0x4E00...0x9FFF,  // CJK unified ideographs
  0xA000...0xA4CF,  // Yi
  0xA960...0xA97F,  // Hangul Jamo extended A
  0xAC00...0xD7A3,  // Hangul syllables
  0xF900...0xFAFF,  // CJK compatibility ideographs
  0xFE30...0xFE6F,  // CJK compatibility forms, small forms
  0xFF01...0xFF60,  // full width forms
  0xFFE0...0xFFE6,  // full width signs
  0x17000...0x18CFF,  // Tangut, Khitan
  0x1B000...0x1B2FF,  // kana supplements, Nushu
  0x1F200...0x1F2FF,  // enclosed ideographs
  0x20000...0x3FFFD,  // CJK extensions B and later
]

/// Returns the text with every scalar that may not reach a terminal replaced by `·`.
package func printable(_ text: String) -> String {
  if text.unicodeScalars.allSatisfy(\.isPrintable) { return text }
  var result = String.UnicodeScalarView()
  for scalar in text.unicodeScalars { result.append(scalar.isPrintable ? scalar : "·") }
  return String(result)
}

/// Returns how many columns the text takes.
package func columnCount(of text: String) -> Int {
  text.unicodeScalars.reduce(0) { $0 + ($1.isPrintable ? $1.columnCount : 1) }
}
