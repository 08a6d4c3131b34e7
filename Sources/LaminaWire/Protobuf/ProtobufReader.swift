/// Walks the fields of one protobuf message without decoding what they hold.
///
/// Offsets count from the start of the file, so that a nested message read by
/// ``reader(of:)`` still reports places in the whole.
package struct ProtobufReader {
  /// A field of the message.
  package struct Field: Equatable {
    /// The field's number in the message's definition.
    package var number: Int
    /// How the payload is encoded.
    package var encoding: Encoding
    /// Where the tag starts.
    package var start: Int
    /// Where the payload lies, without tag and length.
    package var payload: Range<Int>
  }

  /// Protobuf's wire types; groups are from before ONNX and refused.
  package enum Encoding: UInt8, Equatable {
    case varint = 0
    case eightBytes = 1
    case delimited = 2
    case fourBytes = 5
  }

  private let bytes: UnsafeRawBufferPointer
  private let end: Int
  private var position: Int

  /// Creates a reader of the message that fills `bytes`, which must outlive it.
  package init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    position = 0
    end = bytes.count
  }

  /// Creates a reader of the message in a part of `bytes`, whose places count from their start.
  init(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) {
    self.init(bytes: bytes, end: range.upperBound, position: range.lowerBound)
  }

  /// Returns a reader of the message inside a length-delimited field.
  package func reader(of field: Field) -> ProtobufReader {
    ProtobufReader(bytes: bytes, end: field.payload.upperBound, position: field.payload.lowerBound)
  }

  private init(bytes: UnsafeRawBufferPointer, end: Int, position: Int) {
    self.bytes = bytes
    self.end = end
    self.position = position
  }

  /// Returns the next field, or `nil` at the end of the message.
  package mutating func next() throws(WireError) -> Field? {
    guard position < end else { return nil }
    let start = position
    let tag = try varint()
    guard let number = Int(exactly: tag >> 3), number > 0, number < 1 << 29,
      let encoding = Encoding(rawValue: UInt8(tag & 7))
    else {
      throw .invalid(
        what: "a protobuf tag",
        offset: start,
        expected: "a field number and one of four encodings",
        found: "\(tag)"
      )
    }
    let length = try payloadLength(encoding)
    let payload = position..<(position + length)
    position = payload.upperBound
    return Field(number: number, encoding: encoding, start: start, payload: payload)
  }

  /// Steps over a length prefix where there is one, and checks that the payload is all there.
  private mutating func payloadLength(_ encoding: Encoding) throws(WireError) -> Int {
    let length: Int
    switch encoding {
    case .eightBytes: length = 8
    case .fourBytes: length = 4
    case .varint:
      let start = position
      _ = try varint()
      length = position - start
      position = start
    case .delimited: length = Int(clamping: try varint())
    }
    guard length <= end - position else {
      throw .truncated(
        what: "a protobuf field",
        offset: position,
        needed: length,
        available: end - position
      )
    }
    return length
  }

  /// Reads seven bits a byte, least first, until a byte without its top bit.
  private mutating func varint() throws(WireError) -> UInt64 {
    let start = position
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 7) {
      guard position < end else {
        throw .truncated(what: "a protobuf number", offset: position, needed: 1, available: 0)
      }
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7f) << UInt64(shift)
      if byte & 0x80 == 0 { return value }
    }
    throw .invalid(
      what: "a protobuf number",
      offset: start,
      expected: "at most ten bytes",
      found: "more"
    )
  }
}

/// Appends protobuf fields to bytes.
package enum ProtobufWriter {
  /// Appends a number in seven bits a byte, least first.
  package static func appendVarint(_ value: UInt64, to bytes: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// Appends a field's tag.
  package static func appendTag(
    _ number: Int,
    _ encoding: ProtobufReader.Encoding,
    to bytes: inout [UInt8]
  ) {
    appendVarint(UInt64(number) << 3 | UInt64(encoding.rawValue), to: &bytes)
  }
}
