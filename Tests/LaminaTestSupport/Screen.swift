/// The screen of a small xterm: takes what a program writes and keeps the text that it shows.
///
/// It knows what curses programs send to an xterm: moving, erasing, scrolling regions aside, the
/// alternate screen, and the modes that a program must leave as it found them.
package struct Screen: Sendable {
  package private(set) var width: Int
  package private(set) var height: Int
  package private(set) var isAlternate = false
  package private(set) var isCursorVisible = true
  /// The private modes (DECSET) that are on.
  package private(set) var modes: Set<Int> = []
  /// What was put into the clipboard (OSC 52), still in base 64.
  package private(set) var clipboard: [String] = []
  /// Sequences and control characters that a program should not send.
  package private(set) var surprises: [String] = []

  private var cells: [[Character]]
  private var main: [[Character]]
  private var x = 0
  private var y = 0
  private var state = State.text
  private var bytes: [UInt8] = []
  /// Whether what comes may still be drawn for the size before.
  private var isNewlySized = false

  private enum State {
    case text
    case escape
    case control
    case command
    case charset
  }

  package init(width: Int, height: Int) {
    self.width = width
    self.height = height
    cells = Array(repeating: Array(repeating: " ", count: width), count: height)
    main = cells
  }

  /// The text, a line a row, without the blanks at the ends of lines.
  package var text: String { (0..<height).map(line).joined(separator: "\n") }

  /// The text of one row, without the blanks at its end.
  package func line(_ row: Int) -> String {
    guard cells.indices.contains(row) else { return "" }
    var line = cells[row].filter { $0 != "\0" }
    while line.last == " " { line.removeLast() }
    return String(line)
  }

  /// Changes the size; what is shown is blanked, as the program draws anew.
  package mutating func resize(width: Int, height: Int) {
    self.width = width
    self.height = height
    cells = Array(repeating: Array(repeating: " ", count: width), count: height)
    (x, y) = (0, 0)
    isNewlySized = true
  }

  /// Takes bytes that a program has written.
  package mutating func feed(_ new: some Sequence<UInt8>) {
    for byte in new { take(byte) }
  }

  private mutating func take(_ byte: UInt8) {
    switch state {
    case .text: takeText(byte)
    case .escape: takeEscape(byte)
    case .charset: state = .text
    case .control:
      bytes.append(byte)
      if (0x40...0x7E).contains(byte) {
        state = .text
        runControl()
      }
    case .command:
      // Ends with BEL or with ESC \.
      if byte == 0x07 || (byte == 0x5C && bytes.last == 0x1B) {
        state = .text
        runCommand()
      } else {
        bytes.append(byte)
      }
    }
  }

  private mutating func takeText(_ byte: UInt8) {
    if byte >= 0x80 || !bytes.isEmpty { return takeUTF8(byte) }
    switch byte {
    case 0x1B: state = .escape
    case 0x0D: x = 0
    case 0x0A: y = min(y + 1, height - 1)
    case 0x08: x = max(0, x - 1)
    case 0x18, 0x07, 0x0F, 0x0E: break
    case 0x20...0x7E: put(Unicode.Scalar(byte))
    default: surprises.append("control \(byte)")
    }
  }

  private mutating func takeUTF8(_ byte: UInt8) {
    bytes.append(byte)
    let length = bytes[0] >= 0xF0 ? 4 : bytes[0] >= 0xE0 ? 3 : 2
    guard bytes.count >= length else { return }
    let scalar = String(decoding: bytes, as: UTF8.self).unicodeScalars.first ?? "?"
    bytes = []
    if (0x80..<0xA0).contains(scalar.value) { surprises.append("control \(scalar.value)") }
    put(scalar)
  }

  private mutating func put(_ scalar: Unicode.Scalar) {
    if scalar.properties.generalCategory == .nonspacingMark {
      guard x > 0 else { return }
      cells[y][x - 1] = Character(String(cells[y][x - 1]) + String(scalar))
      return
    }
    if x >= width {
      // A shell's output wraps; a program that draws its screen has miscounted.
      if isAlternate, !isNewlySized { surprises.append("text outside of the screen") }
      (x, y) = (0, min(y + 1, height - 1))
    }
    cells[y][x] = Character(scalar)
    x += 1
    let isWide =
      (0x1100...0x115F).contains(scalar.value) || (0x2E80...0xA4CF).contains(scalar.value)
    if isWide, x < width {
      cells[y][x] = "\0"
      x += 1
    }
  }

  private mutating func takeEscape(_ byte: UInt8) {
    bytes = []
    switch byte {
    case UInt8(ascii: "["): state = .control
    case UInt8(ascii: "]"): state = .command
    case UInt8(ascii: "("), UInt8(ascii: ")"): state = .charset
    case UInt8(ascii: "="), UInt8(ascii: ">"), UInt8(ascii: "7"), UInt8(ascii: "8"): state = .text
    default:
      surprises.append("escape \(byte)")
      state = .text
    }
  }

  private mutating func runCommand() {
    let text = String(decoding: bytes, as: UTF8.self)
    bytes = []
    if text.hasPrefix("52;c;") {
      clipboard.append(String(text.dropFirst(5)))
    } else {
      surprises.append("command \(text)")
    }
  }
}

// MARK: - Control sequences

extension Screen {
  private mutating func runControl() {
    let final = bytes.removeLast()
    let isPrivate = bytes.first == UInt8(ascii: "?")
    let numbers = String(decoding: bytes.dropFirst(isPrivate ? 1 : 0), as: UTF8.self)
      .split(separator: ";", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    bytes = []
    if isPrivate {
      for mode in numbers { set(mode, final == UInt8(ascii: "h")) }
      return
    }
    let first = max(1, numbers.first ?? 1)
    switch Character(Unicode.Scalar(final)) {
    case "H", "f":
      y = min(first, height) - 1
      x = min(max(1, numbers.count > 1 ? numbers[1] : 1), width) - 1
    case "A": y = max(0, y - first)
    case "B": y = min(height - 1, y + first)
    case "C": x = min(width - 1, x + first)
    case "D": x = max(0, x - first)
    case "G": x = min(first, width) - 1
    case "d": y = min(first, height) - 1
    case "J": erase(numbers.first ?? 0, wholeScreen: true)
    case "K": erase(numbers.first ?? 0, wholeScreen: false)
    case "X": for column in x..<min(width, x + first) { cells[y][column] = " " }
    case "m", "r", "l", "h", "t": break
    default: surprises.append("sequence ending in \(Character(Unicode.Scalar(final)))")
    }
  }

  private mutating func set(_ mode: Int, _ isOn: Bool) {
    if isOn { modes.insert(mode) } else { modes.remove(mode) }
    switch mode {
    case 25: isCursorVisible = isOn
    case 1049, 1047, 47:
      guard isOn != isAlternate else { return }
      isAlternate = isOn
      if isOn {
        main = cells
        cells = Array(repeating: Array(repeating: " ", count: width), count: height)
      } else {
        let blank = Array(repeating: Character(" "), count: width)
        cells = (0..<height).map { row in
          guard main.indices.contains(row) else { return blank }
          return Array((main[row] + blank).prefix(width))
        }
      }
    default: break
    }
  }

  private mutating func erase(_ what: Int, wholeScreen: Bool) {
    if wholeScreen { isNewlySized = false }
    let cursor = y * width + x
    let line = y * width..<(y + 1) * width
    let area = wholeScreen ? 0..<width * height : line
    let range =
      switch what {
      case 0: cursor..<area.upperBound
      case 1: area.lowerBound..<cursor + 1
      default: area
      }
    for index in range { cells[index / width][index % width] = " " }
  }
}
