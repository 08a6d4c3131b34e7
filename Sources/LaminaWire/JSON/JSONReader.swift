/// What is wrong with a JSON document, and where.
package struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
  package var offset: Int
  package var expected: String

  package var description: String { "not JSON: expected \(expected) at byte \(offset)" }
}

/// Reads a JSON document (RFC 8259), with bounds on its nesting.
package struct JSONReader {
  private let bytes: [UInt8]
  private var position = 0

  /// The deepest nesting that is read.
  private static let depthLimit = 128

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Returns the document that the bytes are.
  ///
  /// - Throws: ``JSONError`` for anything but one whole document.
  package static func read(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
    var reader = JSONReader(bytes)
    let value = try reader.value(depth: 0)
    reader.skipSpace()
    guard reader.position == bytes.count else { throw reader.failure("the end") }
    return value
  }

  private func failure(_ expected: String) -> JSONError {
    JSONError(offset: position, expected: expected)
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  private mutating func take(_ text: StaticString) -> Bool {
    skipSpace()
    let mark = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    guard mark.count <= bytes.count - position else { return false }
    for index in mark.indices where bytes[position + index] != mark[index] { return false }
    position += mark.count
    return true
  }

  // MARK: Values

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    guard depth < Self.depthLimit else { throw failure("less nesting") }
    if take("{") { return try object(depth: depth) }
    if take("[") { return try array(depth: depth) }
    if take("\"") { return .string(try string()) }
    if take("true") { return .bool(true) }
    if take("false") { return .bool(false) }
    if take("null") { return .null }
    return try number()
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
    var members: [JSONValue.Member] = []
    if take("}") { return .object(members) }
    while true {
      guard take("\"") else { throw failure("a key in quotes") }
      let key = try string()
      guard take(":") else { throw failure("':'") }
      members.append(JSONValue.Member(key, try value(depth: depth + 1)))
      if take("}") { return .object(members) }
      guard take(",") else { throw failure("',' or '}'") }
    }
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
    var elements: [JSONValue] = []
    if take("]") { return .array(elements) }
    while true {
      elements.append(try value(depth: depth + 1))
      if take("]") { return .array(elements) }
      guard take(",") else { throw failure("',' or ']'") }
    }
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = position
    var hasDigits = false
    scan: while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): hasDigits = true
      case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "e"),
        UInt8(ascii: "E"):
        break
      default: break scan
      }
      position += 1
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard hasDigits, !text.hasPrefix("+"), !text.hasPrefix(".") else {
      position = start
      throw failure("a value")
    }
    if let whole = Int(text) { return .int(whole) }
    guard let value = Double(text) else {
      position = start
      throw failure("a number")
    }
    return .double(value)
  }

  // MARK: Texts

  /// Reads a text whose opening quote is behind.
  private mutating func string() throws(JSONError) -> String {
    // Most texts have no escapes and are taken as they stand.
    var text: [UInt8]?
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text else { return String(decoding: bytes[start..<position - 1], as: UTF8.self) }
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        var part = text ?? Array(bytes[start..<position - 1])
        part += Array(String(try escape()).utf8)
        text = part
      case 0..<0x20: throw failure("no control character in a text")
      default: text?.append(byte)
      }
    }
    throw failure("a closing quote")
  }

  private mutating func escape() throws(JSONError) -> Character {
    guard position < bytes.count else { throw failure("an escape") }
    let mark = bytes[position]
    position += 1
    switch mark {
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
      return Character(Unicode.Scalar(mark))
    case UInt8(ascii: "u"): return Character(try unicodeEscape())
    default: throw failure("an escape")
    }
  }

  /// Four digits, or twice four for a scalar beyond the first plane.
  private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
    let unit = try hexadecimal()
    if let scalar = Unicode.Scalar(unit) { return scalar }
    guard unit < 0xDC00, take("\\u") else { return "\u{FFFD}" }
    let low = try hexadecimal()
    guard (0xDC00..<0xE000).contains(low) else { return "\u{FFFD}" }
    return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)) ?? "\u{FFFD}"
  }

  private mutating func hexadecimal() throws(JSONError) -> UInt32 {
    guard position + 4 <= bytes.count,
      let value = UInt32(
        String(decoding: bytes[position..<position + 4], as: UTF8.self),
        radix: 16
      )
    else { throw failure("four hexadecimal digits") }
    position += 4
    return value
  }
}
