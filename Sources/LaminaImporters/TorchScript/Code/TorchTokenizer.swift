import LaminaWire

/// A word of TorchScript code.
enum TorchToken: Equatable {
  case name(String)
  case int(Int)
  case double(Double)
  case string(String)
  case symbol(String)
  case newline
  case indent
  case dedent
  case end
}

/// Cuts TorchScript code into words; indentation becomes words too.
struct TorchTokenizer {
  private let text: [UInt8]
  private let file: String
  private var position = 0
  private var line = 1
  private var bracketDepth = 0
  private var indents = [0]
  private(set) var tokens: [(token: TorchToken, line: Int)] = []

  /// The deepest nesting of blocks.
  private static let indentLimit = 100
  private static let symbols3 = ["...", "**=", "//=", ">>=", "<<="]
  private static let symbols2 = [
    "->", "==", "!=", "<=", ">=", "//", "**", "+=", "-=", "*=", "/=", "<<", ">>",
  ]

  /// Reads all words of `text`.
  ///
  /// - Throws: ``ImportError/invalid(place:expected:found:)`` for a character or an indentation
  ///   that the language does not have.
  static func tokens(
    of text: [UInt8],
    file: String
  ) throws(ImportError) -> [(token: TorchToken, line: Int)] {
    var tokenizer = TorchTokenizer(text: text, file: file)
    while tokenizer.position < text.count { try tokenizer.readLine() }
    if tokenizer.tokens.last?.token != .newline { tokenizer.add(.newline) }
    while tokenizer.indents.count > 1 {
      tokenizer.indents.removeLast()
      tokenizer.add(.dedent)
    }
    tokenizer.add(.end)
    return tokenizer.tokens
  }

  private init(text: [UInt8], file: String) {
    self.text = text
    self.file = file
  }

  private mutating func add(_ token: TorchToken) { tokens.append((token, line)) }

  private func peek(_ distance: Int = 0) -> UInt8 {
    position + distance < text.count ? text[position + distance] : 0
  }

  private func invalid(_ expected: String, _ found: String) -> ImportError {
    .invalid(
      place: "\(file), line \(line)",
      expected: expected,
      found: SafeText.clean(found, limit: 60)
    )
  }
}

extension TorchTokenizer {
  /// Reads one line: its indentation, then its words.
  private mutating func readLine() throws(ImportError) {
    var width = 0
    while peek() == UInt8(ascii: " ") {
      width += 1
      position += 1
    }
    if peek() == UInt8(ascii: "\n") || peek() == UInt8(ascii: "#") || position >= text.count {
      while position < text.count, peek() != UInt8(ascii: "\n") { position += 1 }
      position += 1
      line += 1
      return
    }
    try setIndent(width)
    while position < text.count {
      let byte = peek()
      if byte == UInt8(ascii: "\n") {
        position += 1
        if bracketDepth == 0 {
          add(.newline)
          line += 1
          return
        }
        line += 1
      } else if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\r") {
        position += 1
      } else if byte == UInt8(ascii: "#") {
        while position < text.count, peek() != UInt8(ascii: "\n") { position += 1 }
      } else {
        try readWord(byte)
      }
    }
  }

  private mutating func setIndent(_ width: Int) throws(ImportError) {
    if width > indents[indents.count - 1] {
      guard indents.count < Self.indentLimit else {
        throw .overLimit(place: "\(file), line \(line), nesting", limit: Self.indentLimit)
      }
      indents.append(width)
      return add(.indent)
    }
    while width < indents[indents.count - 1] {
      indents.removeLast()
      add(.dedent)
    }
    guard width == indents[indents.count - 1] else {
      throw invalid("the indentation of a block before", "\(width) spaces")
    }
  }

  private mutating func readWord(_ byte: UInt8) throws(ImportError) {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "_"), 0x80...:
      readName()
    case UInt8(ascii: "0")...UInt8(ascii: "9"): try readNumber()
    case UInt8(ascii: ".") where Self.isDigit(peek(1)): try readNumber()
    case UInt8(ascii: "\""), UInt8(ascii: "'"): try readString(byte)
    default: try readSymbol()
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  private static func isNamePart(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte == UInt8(ascii: "_") || byte >= 0x80
      || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
  }

  private mutating func readName() {
    let start = position
    while position < text.count, Self.isNamePart(peek()) { position += 1 }
    add(.name(String(decoding: text[start..<position], as: UTF8.self)))
  }

  private mutating func readNumber() throws(ImportError) {
    let start = position
    var isDouble = false
    while true {
      let byte = peek()
      if Self.isDigit(byte) {
        position += 1
      } else if byte == UInt8(ascii: ".") {
        isDouble = true
        position += 1
      } else if byte | 0x20 == UInt8(ascii: "e") {
        isDouble = true
        position += peek(1) == UInt8(ascii: "-") || peek(1) == UInt8(ascii: "+") ? 2 : 1
      } else {
        break
      }
    }
    let word = String(decoding: text[start..<min(position, text.count)], as: UTF8.self)
    if !isDouble, let number = Int(word) { return add(.int(number)) }
    guard let number = Double(word.hasSuffix(".") ? word + "0" : word) else {
      throw invalid("a number", word)
    }
    add(.double(number))
  }

  private mutating func readString(_ quote: UInt8) throws(ImportError) {
    position += 1
    var bytes: [UInt8] = []
    while peek() != quote {
      guard position < text.count, peek() != UInt8(ascii: "\n") else {
        throw invalid("the end of a text", "the end of the line")
      }
      if peek() == UInt8(ascii: "\\") {
        position += 1
        bytes.append(readEscape())
      } else {
        bytes.append(peek())
        position += 1
      }
    }
    position += 1
    add(.string(String(decoding: bytes, as: UTF8.self)))
  }

  private mutating func readEscape() -> UInt8 {
    let byte = peek()
    position += 1
    switch byte {
    case UInt8(ascii: "n"): return UInt8(ascii: "\n")
    case UInt8(ascii: "t"): return UInt8(ascii: "\t")
    case UInt8(ascii: "r"): return UInt8(ascii: "\r")
    case UInt8(ascii: "a"): return 7
    case UInt8(ascii: "b"): return 8
    case UInt8(ascii: "f"): return 12
    case UInt8(ascii: "v"): return 11
    case UInt8(ascii: "x"):
      let digits = String(decoding: [peek(), peek(1)], as: UTF8.self)
      position += 2
      return UInt8(digits, radix: 16) ?? UInt8(ascii: "?")
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      var value = Int(byte - UInt8(ascii: "0"))
      for _ in 0..<2 where peek() >= UInt8(ascii: "0") && peek() <= UInt8(ascii: "7") {
        value = value * 8 + Int(peek() - UInt8(ascii: "0"))
        position += 1
      }
      return UInt8(truncatingIfNeeded: value)
    default: return byte
    }
  }

  private mutating func readSymbol() throws(ImportError) {
    for list in [Self.symbols3, Self.symbols2] {
      for symbol in list where text[position...].starts(with: symbol.utf8) {
        position += symbol.utf8.count
        return add(.symbol(symbol))
      }
    }
    let symbol = String(decoding: [peek()], as: UTF8.self)
    guard "()[]{},:.=+-*/%<>&|^~@;".contains(symbol) else { throw invalid("a word", symbol) }
    if "([{".contains(symbol) { bracketDepth += 1 }
    if ")]}".contains(symbol) { bracketDepth = max(0, bracketDepth - 1) }
    position += 1
    add(.symbol(symbol))
  }
}
