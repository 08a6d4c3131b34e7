/// One protobuf message, whose fields are read where they lie when they are asked for.
///
/// For formats with hundreds of kinds of messages of which a file uses few: nothing is decoded, and
/// nothing copied, that nobody asks for. A field of another encoding than the one asked for counts
/// as absent, as protobuf has it, and of a field that comes several times the last one counts.
package struct ProtobufMessage: Sendable {
  /// How many fields one message may have.
  package static let fieldLimit = 4_000_000

  private let bytes: ByteView
  /// The fields, with places that count from the start of the file.
  private let fields: [ProtobufReader.Field]

  /// Finds the fields of the message that fills `bytes`.
  ///
  /// - Throws: ``WireError`` when they are no message.
  package init(_ bytes: ByteView) throws(WireError) {
    self.bytes = bytes
    var reader = ProtobufReader(
      UnsafeRawBufferPointer(start: bytes.owner.start, count: bytes.owner.count),
      in: bytes.fileOffset..<bytes.fileOffset + bytes.count
    )
    var fields: [ProtobufReader.Field] = []
    while let field = try reader.next() {
      guard fields.count < Self.fieldLimit else {
        throw .overLimit(what: "number of fields", offset: field.start, limit: Self.fieldLimit)
      }
      fields.append(field)
    }
    self.fields = fields
  }

  /// A message without fields.
  package init() {
    bytes = ByteView([])
    fields = []
  }

  /// The numbers of the fields in their order.
  package var numbers: [Int] { fields.map(\.number) }

  /// Whether there is a field of this number.
  package func has(_ number: Int) -> Bool { fields.contains { $0.number == number } }

  private func last(
    _ number: Int,
    _ encoding: ProtobufReader.Encoding
  ) -> ProtobufReader.Field? {
    fields.last { $0.number == number && $0.encoding == encoding }
  }
}

// MARK: - Single fields

extension ProtobufMessage {
  /// A whole number, true or false, or a case of an enumeration; `nil` when absent.
  package func optionalInt(_ number: Int) -> Int? {
    last(number, .varint).flatMap { varint(at: place($0))?.value }
  }

  /// A whole number; 0 when absent.
  package func int(_ number: Int) -> Int { optionalInt(number) ?? 0 }

  /// Whether a field is there and true.
  package func bool(_ number: Int) -> Bool { int(number) != 0 }

  /// A number of four bytes; `nil` when absent.
  package func optionalFloat(_ number: Int) -> Float? {
    last(number, .fourBytes).flatMap {
      try? Float(bitPattern: bytes.load(UInt32.self, at: place($0), "a number"))
    }
  }

  /// A number of four bytes; 0 when absent.
  package func float(_ number: Int) -> Float { optionalFloat(number) ?? 0 }

  /// A number of eight bytes; `nil` when absent.
  package func optionalDouble(_ number: Int) -> Double? {
    last(number, .eightBytes).flatMap {
      try? Double(bitPattern: bytes.load(UInt64.self, at: place($0), "a number"))
    }
  }

  /// A number of eight bytes; 0 when absent.
  package func double(_ number: Int) -> Double { optionalDouble(number) ?? 0 }

  /// A text, with what is no UTF-8 replaced; empty when absent.
  package func string(_ number: Int) -> String { strings(number).last ?? "" }

  /// The bytes of a text, a message or a list; `nil` when absent.
  package func payload(_ number: Int) -> ByteView? {
    last(number, .delimited).flatMap(view)
  }

  /// A message within this one; `nil` when absent.
  ///
  /// - Throws: ``WireError`` when its bytes are no message.
  package func message(_ number: Int) throws(WireError) -> ProtobufMessage? {
    guard let payload = payload(number) else { return nil }
    return try ProtobufMessage(payload)
  }

  /// Where a field's payload starts in ``bytes``.
  private func place(_ field: ProtobufReader.Field) -> Int {
    field.payload.lowerBound - bytes.fileOffset
  }

  private func view(_ field: ProtobufReader.Field) -> ByteView? {
    try? bytes.slice(at: place(field), count: field.payload.count, "a field")
  }

  private func varint(at position: Int) -> (value: Int, end: Int)? {
    var value: UInt64 = 0
    var position = position
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = bytes.byte(at: position) else { return nil }
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return (Int(truncatingIfNeeded: value), position) }
    }
    return nil
  }
}

// MARK: - Lists

extension ProtobufMessage {
  /// The payloads of all fields of a number that have a length.
  package func payloads(_ number: Int) -> [ByteView] {
    fields.filter { $0.number == number && $0.encoding == .delimited }.compactMap(view)
  }

  /// The messages of a list.
  ///
  /// - Throws: ``WireError`` when one's bytes are no message.
  package func messages(_ number: Int) throws(WireError) -> [ProtobufMessage] {
    var messages: [ProtobufMessage] = []
    for payload in payloads(number) { messages.append(try ProtobufMessage(payload)) }
    return messages
  }

  /// The texts of a list.
  package func strings(_ number: Int) -> [String] {
    payloads(number).map { $0.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
  }

  /// The whole numbers of a list, packed or one by one.
  ///
  /// - Throws: ``WireError`` when a packed list ends within a number.
  package func ints(_ number: Int) throws(WireError) -> [Int] {
    var result: [Int] = []
    for field in fields where field.number == number {
      guard field.encoding == .varint || field.encoding == .delimited else { continue }
      var position = place(field)
      let end = position + field.payload.count
      while position < end {
        guard let (value, next) = varint(at: position), next <= end else {
          throw .invalid(
            what: "a list of numbers",
            offset: bytes.fileOffset + position,
            expected: "whole numbers",
            found: "an unfinished one"
          )
        }
        result.append(value)
        position = next
      }
    }
    return result
  }

  /// The bytes of a list of numbers of a fixed size: a view of the file where they lie together.
  ///
  /// - Throws: ``WireError`` when they are no whole number of elements.
  package func elements(_ number: Int, size: Int) throws(WireError) -> ByteView {
    var parts: [ByteView] = []
    let single: ProtobufReader.Encoding = size == 8 ? .eightBytes : .fourBytes
    for field in fields where field.number == number {
      guard field.encoding == .delimited || field.encoding == single else { continue }
      guard field.payload.count % size == 0, let part = view(field) else {
        throw .invalid(
          what: "a list of numbers",
          offset: field.start,
          expected: "a multiple of \(size) bytes",
          found: "\(field.payload.count)"
        )
      }
      parts.append(part)
    }
    guard parts.count > 1 else { return parts.first ?? ByteView([]) }
    return ByteView(parts.flatMap(\.bytes))
  }

  /// The numbers of four bytes of a list.
  ///
  /// - Throws: ``WireError`` when they are no whole number of elements.
  package func floats(_ number: Int) throws(WireError) -> [Float] {
    try elements(number, size: 4).withUnsafeBytes { raw in
      (0..<raw.count / 4).map { index in
        let bits = raw.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)
        return Float(bitPattern: UInt32(littleEndian: bits))
      }
    }
  }

  /// The numbers of eight bytes of a list.
  ///
  /// - Throws: ``WireError`` when they are no whole number of elements.
  package func doubles(_ number: Int) throws(WireError) -> [Double] {
    try elements(number, size: 8).withUnsafeBytes { raw in
      (0..<raw.count / 8).map { index in
        let bits = raw.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)
        return Double(bitPattern: UInt64(littleEndian: bits))
      }
    }
  }

  /// The pairs of a map whose keys are texts, sorted by them, as protobuf promises no order.
  ///
  /// - Throws: ``WireError`` when a pair is no message.
  package func pairs(_ number: Int) throws(WireError) -> [(key: String, value: ProtobufMessage)] {
    try messages(number).map { (key: $0.string(1), value: $0) }.sorted { $0.key < $1.key }
  }
}
