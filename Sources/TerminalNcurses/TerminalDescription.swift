import CNcurses

/// What the terminal can do and the sequences that make it do it, from terminfo.
///
/// Where the machine has no description of the terminal, an xterm is assumed, as all current
/// terminals understand one.
struct TerminalDescription {
  let name: String
  let colorCount: Int
  /// Sequences to write when the explorer begins.
  let enter: [UInt8]
  /// Sequences to write when it ends.
  let leave: [UInt8]
  let hideCursor: [UInt8]
  let showCursor: [UInt8]
  let clear: [UInt8]
  let plain: [UInt8]
  let bold: [UInt8]
  let dim: [UInt8]
  let reverse: [UInt8]
  let underline: [UInt8]
  private let moveCapability: UnsafePointer<CChar>?
  private let foregroundCapability: UnsafePointer<CChar>?
  private let backgroundCapability: UnsafePointer<CChar>?

  /// SGR mouse reports with drags, and bracketed paste; terminals without them ignore this.
  private static let extras = "\u{1B}[?1002h\u{1B}[?1006h\u{1B}[?2004h"
  private static let noExtras = "\u{1B}[?2004l\u{1B}[?1006l\u{1B}[?1002l"
  /// Ends whatever sequence was cut off in the middle.
  private static let cancel = "\u{18}"

  init(fd: Int32, name: String) throws(TerminalError) {
    self.name = name
    let isKnown = lamina_terminfo_open(fd)
    func string(_ capability: String, else fallback: String) -> [UInt8] {
      guard isKnown else { return Array(fallback.utf8) }
      return Self.bytes(lamina_terminfo_string(capability))
    }
    moveCapability = isKnown ? lamina_terminfo_string("cup") : nil
    foregroundCapability = isKnown ? lamina_terminfo_string("setaf") : nil
    backgroundCapability = isKnown ? lamina_terminfo_string("setab") : nil
    if isKnown, moveCapability == nil { throw .notCapable(name) }
    colorCount = isKnown ? Int(lamina_terminfo_number("colors")) : 256
    hideCursor = string("civis", else: "\u{1B}[?25l")
    showCursor = string("cnorm", else: "\u{1B}[?25h")
    clear = string("clear", else: "\u{1B}[H\u{1B}[2J")
    plain = string("sgr0", else: "\u{1B}[m")
    bold = string("bold", else: "\u{1B}[1m")
    dim = string("dim", else: "\u{1B}[2m")
    reverse = string("rev", else: "\u{1B}[7m")
    underline = string("smul", else: "\u{1B}[4m")
    enter =
      string("smcup", else: "\u{1B}[?1049h") + string("smkx", else: "\u{1B}[?1h\u{1B}=")
      + Array(Self.extras.utf8) + hideCursor
    leave =
      Array(Self.cancel.utf8) + Array(Self.noExtras.utf8) + plain
      + string("rmkx", else: "\u{1B}[?1l\u{1B}>") + showCursor
      + string("rmcup", else: "\u{1B}[?1049l")
  }

  /// Returns the sequence that moves the cursor.
  func move(x: Int, y: Int) -> [UInt8] {
    guard let moveCapability else { return Array("\u{1B}[\(y + 1);\(x + 1)H".utf8) }
    return Self.bytes(lamina_terminfo_expand(moveCapability, y, x))
  }

  /// Returns the sequence that chooses a palette colour for what is written.
  ///
  /// A terminal may show more colours than its description knows, as `TERM=xterm` does.
  func foreground(_ index: Int) -> [UInt8] {
    guard let foregroundCapability, index < max(colorCount, 16) else {
      return Array("\u{1B}[38;5;\(index)m".utf8)
    }
    return Self.bytes(lamina_terminfo_expand(foregroundCapability, index, 0))
  }

  /// Returns the sequence that chooses a palette colour for what is behind it.
  func background(_ index: Int) -> [UInt8] {
    guard let backgroundCapability, index < max(colorCount, 16) else {
      return Array("\u{1B}[48;5;\(index)m".utf8)
    }
    return Self.bytes(lamina_terminfo_expand(backgroundCapability, index, 0))
  }

  /// Returns a capability's bytes without its delays (`$<5>`), which no terminal needs any more.
  private static func bytes(_ capability: UnsafePointer<CChar>?) -> [UInt8] {
    guard let capability else { return [] }
    var result: [UInt8] = []
    var isDelay = false
    for byte in String(cString: capability).utf8 {
      if byte == UInt8(ascii: "<"), result.last == UInt8(ascii: "$") {
        result.removeLast()
        isDelay = true
      } else if isDelay {
        isDelay = byte != UInt8(ascii: ">")
      } else {
        result.append(byte)
      }
    }
    return result
  }
}
