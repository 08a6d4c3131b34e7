import LaminaWire

/// A kind of message of a format, as far as it leads to weights.
protocol ProtobufSkeletonMessage {
  /// The kind of the message in a field; `nil` for anything that is copied as it is.
  func child(_ field: Int) -> Self?

  /// Whether a field's payload stays in the file.
  func leavesInFile(_ field: Int) -> Bool

  /// Whether a field is of no use.
  func drops(_ field: Int) -> Bool
}

/// Copies a message's structure and leaves its weights where they are.
///
/// A generated decoder copies every weight. Here the file is walked first, and the payload of each
/// field that holds weights is replaced by its place in the file, under a number that no file has:
///
///     field n: ‹40 MB›  →  field 1000 + n: [offset, length]
struct ProtobufSkeleton<Message: ProtobufSkeletonMessage> {
  private let file: UnsafeRawBufferPointer
  private var partCount = 0

  /// How deep messages may lie in messages; also a generated decoder's limit.
  static var depthLimit: Int { 100 }
  /// How many strings and messages a file may hold, for an empty one of two bytes takes a
  /// hundred bytes of memory once decoded.
  private static var partLimit: Int { 4_000_000 }
  /// Added to a field's number, the number of the field with its place.
  private static var placesOffset: Int { 1000 }

  /// Returns the bytes of `message`, which fills `file`, with places instead of weights.
  ///
  /// - Throws: `WireError` when the file is not a protobuf message through and through.
  static func bytes(
    of message: Message,
    in file: UnsafeRawBufferPointer
  ) throws(WireError) -> [UInt8] {
    var result: [UInt8] = []
    var skeleton = ProtobufSkeleton(file: file)
    try skeleton.append(message, ProtobufReader(file), depth: 0, to: &result)
    return result
  }

  private init(file: UnsafeRawBufferPointer) { self.file = file }

  private mutating func append(
    _ message: Message,
    _ source: ProtobufReader,
    depth: Int,
    to result: inout [UInt8]
  ) throws(WireError) {
    var source = source
    while let field = try source.next() {
      try count(field, depth: depth)
      if message.drops(field.number) { continue }
      if field.encoding == .delimited, let child = message.child(field.number) {
        var inner: [UInt8] = []
        try append(child, source.reader(of: field), depth: depth + 1, to: &inner)
        ProtobufWriter.appendTag(field.number, .delimited, to: &result)
        ProtobufWriter.appendVarint(UInt64(inner.count), to: &result)
        result += inner
      } else if field.encoding == .delimited, message.leavesInFile(field.number) {
        appendPlace(of: field, to: &result)
      } else if field.number < Self.placesOffset {
        result += file[field.start..<field.payload.upperBound]
      }
    }
  }

  private mutating func count(
    _ field: ProtobufReader.Field,
    depth: Int
  ) throws(WireError) {
    guard depth < Self.depthLimit else {
      throw .overLimit(what: "nesting of messages", offset: field.start, limit: Self.depthLimit)
    }
    if field.encoding == .delimited { partCount += 1 }
    guard partCount <= Self.partLimit else {
      throw .overLimit(what: "number of messages", offset: field.start, limit: Self.partLimit)
    }
  }

  /// Appends the payload's offset and length as a list of two numbers.
  private func appendPlace(of field: ProtobufReader.Field, to result: inout [UInt8]) {
    var place: [UInt8] = []
    ProtobufWriter.appendVarint(UInt64(field.payload.lowerBound), to: &place)
    ProtobufWriter.appendVarint(UInt64(field.payload.count), to: &place)
    ProtobufWriter.appendTag(field.number + Self.placesOffset, .delimited, to: &result)
    ProtobufWriter.appendVarint(UInt64(place.count), to: &result)
    result += place
  }
}
