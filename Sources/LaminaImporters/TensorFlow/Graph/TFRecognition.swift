import LaminaWire

/// Tells TensorFlow's messages, which have no mark of their own, by what is in them.
enum TFRecognition {
  /// Whether a message can be a node: a name, an operator, and further fields that nodes have.
  static func isNode(_ reader: ProtobufReader, in bytes: UnsafeRawBufferPointer) -> Bool {
    var reader = reader
    var hasOperator = false
    do {
      while let field = try reader.next() {
        guard field.encoding == .delimited, field.number <= 9 else { return false }
        if field.number == 2 {
          guard isIdentifier(bytes[field.payload]) else { return false }
          hasOperator = true
        }
      }
    } catch { return false }
    return hasOperator
  }

  private static func isIdentifier(_ text: Slice<UnsafeRawBufferPointer>) -> Bool {
    guard let first = text.first, text.count < 256 else { return false }
    func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte & 0xDF) || byte == 0x5F }
    return isLetter(first)
      && text.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || $0 == 0x3E || $0 == 0x2E }
  }

  /// Whether a message can be a graph with what surrounds it: only known fields, and a graph.
  static func isMetaGraph(_ reader: ProtobufReader) -> Bool {
    var reader = reader
    var hasGraph = false
    do {
      while let field = try reader.next() {
        guard field.encoding == .delimited, field.number <= 7 else { return false }
        if field.number == 2 { hasGraph = true }
      }
    } catch { return false }
    return hasGraph
  }

  /// Whether a file that is cut short begins as a list of graphs does: version 1, then a message
  /// whose first field has another inside that has no letter for a name.
  static func beginsMetaGraph(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count > 3 && bytes[0] == 0x08 && bytes[1] == 0x01 && bytes[2] == 0x12
  }
}
