import TerminalCells

/// How a style looks: colours of the terminal's palette and attributes.
struct Look: Hashable {
  var foreground: Tone?
  var background: Tone?
  var isBold = false
  var isDim = false
  var isReversed = false
  var isUnderlined = false
}

/// One colour: among the terminal's 16, and among 256.
struct Tone: Hashable {
  var palette: Int
  var indexed: Int

  init(_ palette: Int, _ indexed: Int) {
    self.palette = palette
    self.indexed = indexed
  }
}

extension Style {
  /// How the style looks in colour; what has no colour here keeps the terminal's own.
  var look: Look {
    switch self {
    case .body: Look()
    case .dim: Look(foreground: Tone(8, 245))
    case .strong: Look(isBold: true)
    case .title: Look(foreground: Tone(6, 81), isBold: true)
    case .selected: Look(foreground: Tone(15, 231), background: Tone(4, 25), isBold: true)
    case .current: Look(foreground: Tone(15, 254), background: Tone(0, 238))
    case .header: Look(foreground: Tone(15, 231), background: Tone(0, 236))
    case .tab: Look(foreground: Tone(7, 250))
    case .activeTab: Look(foreground: Tone(0, 16), background: Tone(6, 81), isBold: true)
    case .border: Look(foreground: Tone(8, 240))
    case .activeBorder: Look(foreground: Tone(6, 74))
    case .bar: Look(foreground: Tone(4, 68))
    case .key: Look(foreground: Tone(6, 117), isBold: true)
    case .match: Look(foreground: Tone(3, 221), isBold: true)
    case .input: Look(isUnderlined: true)
    case .good: Look(foreground: Tone(2, 114))
    case .warning: Look(foreground: Tone(3, 214))
    case .error: Look(foreground: Tone(1, 203), isBold: true)
    case .heat(let level): Look(foreground: heatTones[min(max(level, 0), heatTones.count - 1)])
    case .category(let index):
      Look(foreground: categoryTones[abs(index) % categoryTones.count])
    case .pixels: Look()
    }
  }

  /// How the style looks without colours.
  var plainLook: Look {
    switch self {
    case .strong, .title, .key, .match, .error, .warning: Look(isBold: true)
    case .selected, .activeTab: Look(isBold: true, isReversed: true)
    case .current, .header: Look(isReversed: true)
    case .dim, .border: Look(isDim: true)
    case .input: Look(isUnderlined: true)
    default: Look()
    }
  }
}

/// From cold to hot, in steps of equal look.
private let heatTones = [
  Tone(4, 67), Tone(6, 73), Tone(6, 79), Tone(2, 113), Tone(3, 185), Tone(3, 214), Tone(1, 208),
  Tone(1, 196),
]

/// Colours that are told apart easily, also with the common colour blindnesses.
private let categoryTones = [
  Tone(4, 68), Tone(3, 214), Tone(6, 80), Tone(5, 175), Tone(2, 107), Tone(1, 203), Tone(7, 250),
  Tone(3, 186),
]

extension RGB {
  /// The nearest of the 256 fixed colours: the 6×6×6 cube (16–231) or the greys (232–255).
  var indexed: Int {
    func level(_ value: UInt8) -> Int { value < 48 ? 0 : value < 115 ? 1 : (Int(value) - 35) / 40 }
    let (r, g, b) = (level(red), level(green), level(blue))
    let steps = [0, 95, 135, 175, 215, 255]
    let grey = min(23, max(0, (luminance - 3) / 10))
    func distance(_ x: Int, _ y: Int, _ z: Int) -> Int {
      let (dr, dg, db) = (x - Int(red), y - Int(green), z - Int(blue))
      return dr * dr + dg * dg + db * db
    }
    let tone = 8 + 10 * grey
    let isGrey = distance(tone, tone, tone) < distance(steps[r], steps[g], steps[b])
    return isGrey ? 232 + grey : 16 + 36 * r + 6 * g + b
  }
}
