import LaminaWire

/// Copies a message's structure and leaves its weights where they are.
///
/// Decoding a model with the generated messages alone copies every weight. Here the file is walked
/// first, and the payloads of `raw_data`, `float_data` and `double_data` (the fields whose bytes
/// already are the elements) are replaced by their places in the file:
///
///     TensorProto { dims, data_type, name, raw_data: ‹40 MB› }
///       →  TensorProto { dims, data_type, name, raw_places: [offset, length] }
///
/// The generated decoder then sees kilobytes. ``ONNXTensorReader`` refers to a payload in the mapped
/// file where its elements are aligned there, and copies it once where they are not: the format
/// does not align payloads, so that three of four float tensors are copied.
struct ONNXSkeleton {
  /// The messages on the way to a tensor, and those fields of theirs that lead on.
  enum Message {
    case model, graph, node, attribute, function, tensor, sparseTensor, sequence, map, optional

    func child(_ field: Int) -> Message? {
      switch (self, field) {
      case (.model, 7), (.attribute, 6), (.attribute, 11): .graph
      case (.model, 25): .function
      case (.graph, 1), (.function, 7): .node
      case (.node, 5), (.function, 11): .attribute
      case (.graph, 5), (.attribute, 5), (.attribute, 10): .tensor
      case (.graph, 15), (.attribute, 22), (.sequence, 4), (.optional, 4): .sparseTensor
      case (.sparseTensor, 1), (.sparseTensor, 2), (.sequence, 3), (.optional, 3): .tensor
      case (.sequence, 5), (.optional, 5), (.map, 5): .sequence
      case (.sequence, 6), (.optional, 6): .map
      case (.sequence, 7), (.optional, 7): .optional
      default: nil
      }
    }
  }

  /// How deep messages may lie in messages; also the generated decoder's limit.
  static let depthLimit = 100
  /// How many strings and messages a file may hold, for an empty one of two bytes takes a
  /// hundred bytes of memory once decoded.
  static let partLimit = 4_000_000

  /// Fields of a tensor whose payload stays in the file.
  private static let heavyFields: Set<Int> = [4, 9, 10]
  /// Added to a heavy field's number, the number of the field with its places.
  private static let placesOffset = 1000

  private let file: UnsafeRawBufferPointer
  private var partCount = 0

  /// Returns the bytes of `message`, which fills `file`, with places instead of payloads.
  ///
  /// - Throws: `WireError` when the file is not a protobuf message through and through.
  static func bytes(
    of message: Message,
    in file: UnsafeRawBufferPointer
  ) throws(WireError) -> [UInt8] {
    var result: [UInt8] = []
    var skeleton = ONNXSkeleton(file: file)
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
      if field.encoding == .delimited, let child = message.child(field.number) {
        var inner: [UInt8] = []
        try append(child, source.reader(of: field), depth: depth + 1, to: &inner)
        ProtobufWriter.appendTag(field.number, .delimited, to: &result)
        ProtobufWriter.appendVarint(UInt64(inner.count), to: &result)
        result += inner
      } else if message == .tensor, Self.heavyFields.contains(field.number) {
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
      throw .overLimit(
        what: "nesting of messages",
        offset: field.start,
        limit: Self.depthLimit
      )
    }
    if field.encoding == .delimited { partCount += 1 }
    guard partCount <= Self.partLimit else {
      throw .overLimit(
        what: "number of messages",
        offset: field.start,
        limit: Self.partLimit
      )
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
