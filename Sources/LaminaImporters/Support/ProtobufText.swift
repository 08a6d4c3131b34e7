import LaminaWire

/// Walks the outermost fields of a protobuf message in text form without knowing its type.
///
///     name: "LeNet"   layer { name: "data" }   # a comment
///
/// It tells formats apart by the names of their fields, and bounds the nesting before a decoder
/// that recurses sees the text.
struct ProtobufText {
  /// A field and where its value lies.
  struct Field {
    var name: String
    /// Whether the value is a message, in braces or angle brackets.
    var isMessage: Bool
    /// The value, for a message what is inside the brackets.
    var value: Range<Int>
  }

  /// Why a text is not walked on.
  enum Failure: Error { case truncated, malformed, tooDeep }

  /// The deepest nesting that is accepted.
  static let depthLimit = 64

  private let bytes: UnsafeRawBufferPointer
  private var position: Int
  private let end: Int

  /// A walk over the fields of `bytes`, which must outlive it.
  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    position = 0
    end = bytes.count
  }

  /// A walk over the fields inside a message.
  func inside(_ field: Field) -> ProtobufText {
    ProtobufText(bytes: bytes, range: field.value)
  }

  private init(bytes: UnsafeRawBufferPointer, range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  /// Returns the next field, or `nil` at the end.
  mutating func next() throws(Failure) -> Field? {
    skipSpace()
    guard position < end else { return nil }
    let start = position
    while position < end, Self.isNamePart(bytes[position]) { position += 1 }
    guard position > start, position - start < 256 else { throw .malformed }
    let name = String(decoding: bytes[start..<position], as: UTF8.self)
    skipSpace()
    var hasColon = false
    if position < end, bytes[position] == UInt8(ascii: ":") {
      hasColon = true
      position += 1
      skipSpace()
    }
    guard position < end else { throw .truncated }
    let opens = Self.closing[bytes[position]] != nil && bytes[position] != UInt8(ascii: "[")
    guard opens || hasColon else { throw .malformed }
    let value = try skipValue()
    skipSeparator()
    return Field(name: name, isMessage: opens, value: value)
  }

  // MARK: Values

  private static let closing: [UInt8: UInt8] = [
    UInt8(ascii: "{"): UInt8(ascii: "}"), UInt8(ascii: "<"): UInt8(ascii: ">"),
    UInt8(ascii: "["): UInt8(ascii: "]"),
  ]

  /// Steps over a value and returns where it lies, without brackets.
  private mutating func skipValue() throws(Failure) -> Range<Int> {
    if Self.closing[bytes[position]] != nil { return try skipBrackets() }
    let start = position
    while position < end {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        try skipText()
        // Texts that follow each other are one.
        let after = position
        skipSpace()
        guard position < end, bytes[position] == UInt8(ascii: "\"") else {
          position = after
          break
        }
        continue
      }
      guard Self.isNamePart(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") else {
        break
      }
      position += 1
    }
    guard position > start else { throw .malformed }
    return start..<position
  }

  private mutating func skipBrackets() throws(Failure) -> Range<Int> {
    var open: [UInt8] = []
    let start = position + 1
    while position < end {
      let byte = bytes[position]
      if let closing = Self.closing[byte] {
        guard open.count < Self.depthLimit else { throw .tooDeep }
        open.append(closing)
      } else if byte == open.last {
        open.removeLast()
        if open.isEmpty {
          position += 1
          return start..<position - 1
        }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        try skipText()
        continue
      } else if byte == UInt8(ascii: "#") {
        skipSpace()
        continue
      }
      position += 1
    }
    throw .truncated
  }

  /// Steps over a text in quotes.
  private mutating func skipText() throws(Failure) {
    let quote = bytes[position]
    position += 1
    while position < end {
      let byte = bytes[position]
      position += byte == UInt8(ascii: "\\") ? 2 : 1
      if byte == quote { return }
      if byte == UInt8(ascii: "\n") { throw .malformed }
    }
    position = end
    throw .truncated
  }

  // MARK: Between fields

  private mutating func skipSpace() {
    while position < end {
      switch bytes[position] {
      case 0x20, 0x09...0x0D: position += 1
      case UInt8(ascii: "#"):
        while position < end, bytes[position] != UInt8(ascii: "\n") { position += 1 }
      default: return
      }
    }
  }

  private mutating func skipSeparator() {
    skipSpace()
    guard position < end else { return }
    if bytes[position] == UInt8(ascii: ",") || bytes[position] == UInt8(ascii: ";") {
      position += 1
    }
  }

  private static func isNamePart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."):
      true
    default: false
    }
  }
}

extension ProtobufText {
  /// Walks a whole text, so that a decoder can be given it.
  ///
  /// - Throws: ``ImportError`` when it is cut short, nested too deep, or no message.
  static func check(_ bytes: ByteView) throws(ImportError) {
    let problem: (failure: Failure, line: Int)? = bytes.withUnsafeBytes { raw in
      var text = ProtobufText(raw)
      do throws(Failure) {
        while try text.next() != nil {}
        return nil
      } catch {
        return (error, 1 + raw[..<min(text.position, raw.count)].count { $0 == UInt8(ascii: "\n") })
      }
    }
    guard let problem else { return }
    switch problem.failure {
    case .tooDeep: throw .overLimit(place: "line \(problem.line), nesting", limit: depthLimit)
    case .truncated:
      throw .invalid(
        place: "the end",
        expected: "a closing bracket or value",
        found: "no more text"
      )
    case .malformed:
      throw .invalid(
        place: "line \(problem.line)",
        expected: "a field of a text protobuf",
        found: "something else"
      )
    }
  }
}
