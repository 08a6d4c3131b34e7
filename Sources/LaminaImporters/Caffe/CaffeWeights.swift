import LaminaCore
import LaminaWire

/// A blob of weights: its lengths, and where its elements lie in the file.
struct CaffeBlob {
  var dims: [Int] = []
  /// Parts of the file with float32 or float64 elements in order.
  var parts: [ByteView] = []
  var isDouble = false
  /// Lengths from before blobs had a shape: number, channels, height, width.
  var legacy: [Int] = [1, 1, 1, 1]
  var hasShape = false

  var lengths: [Int] { hasShape ? dims : legacy }
}

/// A net as bytes: its structure without weights, and the weights of each layer by name.
///
/// Decoding a net with the generated messages alone copies every weight. Here blobs are noted and
/// left in the file, and the other fields are copied for the generated decoder.
struct CaffeWeights {
  /// The message without blobs.
  private(set) var skeleton: [UInt8] = []
  /// The blobs of the first layer of each name.
  private(set) var blobs: [String: [CaffeBlob]] = [:]

  /// How many layers and blobs a file may hold.
  private static let partLimit = 200_000
  private var partCount = 0
  private let file: ByteView

  /// Reads the structure of a file.
  ///
  /// - Throws: ``ImportError/wire(_:)`` when it is no protobuf message through and through.
  init(_ bytes: ByteView) throws(ImportError) {
    file = bytes
    do {
      try bytes.withUnsafeBytes { (raw) throws(WireError) in try read(raw) }
    } catch {
      throw .wire(error)
    }
  }

  private mutating func read(_ raw: UnsafeRawBufferPointer) throws(WireError) {
    var reader = ProtobufReader(raw)
    while let field = try reader.next() {
      switch field.number {
      case 100: try readLayer(reader, field, raw, name: 1, blob: 7)
      case 2: try readLayer(reader, field, raw, name: 4, blob: 6)
      default: skeleton += raw[field.start..<field.payload.upperBound]
      }
    }
  }

  /// Reads a layer, whose fields for its name and its blobs depend on the version.
  private mutating func readLayer(
    _ reader: ProtobufReader,
    _ field: ProtobufReader.Field,
    _ raw: UnsafeRawBufferPointer,
    name nameField: Int,
    blob blobField: Int
  ) throws(WireError) {
    try count(field)
    var layer = reader.reader(of: field)
    var name = ""
    var found: [CaffeBlob] = []
    var kept: [UInt8] = []
    while let inner = try layer.next() {
      if inner.number == blobField, inner.encoding == .delimited {
        try count(inner)
        found.append(try blob(layer.reader(of: inner), raw))
        continue
      }
      if inner.number == nameField, inner.encoding == .delimited {
        name = String(decoding: raw[inner.payload], as: UTF8.self)
      }
      kept += raw[inner.start..<inner.payload.upperBound]
    }
    if !found.isEmpty, blobs[name] == nil { blobs[name] = found }
    ProtobufWriter.appendTag(field.number, .delimited, to: &skeleton)
    ProtobufWriter.appendVarint(UInt64(kept.count), to: &skeleton)
    skeleton += kept
  }

  private mutating func count(_ field: ProtobufReader.Field) throws(WireError) {
    partCount += 1
    guard partCount <= Self.partLimit else {
      throw .overLimit(
        what: "number of layers and blobs",
        offset: field.start,
        limit: Self.partLimit
      )
    }
  }

  private func blob(
    _ message: ProtobufReader,
    _ raw: UnsafeRawBufferPointer
  ) throws(WireError) -> CaffeBlob {
    var message = message
    var blob = CaffeBlob()
    while let field = try message.next() {
      switch (field.number, field.encoding) {
      case (1...4, .varint):
        blob.legacy[field.number - 1] = Int(clamping: Self.varint(raw, field.payload))
      case (5, .delimited), (5, .fourBytes):
        blob.parts.append(
          try file.slice(at: field.payload.lowerBound, count: field.payload.count, "weights")
        )
      case (8, .delimited), (8, .eightBytes):
        blob.isDouble = true
        blob.parts.append(
          try file.slice(at: field.payload.lowerBound, count: field.payload.count, "weights")
        )
      case (7, .delimited):
        blob.hasShape = true
        blob.dims = try Self.dims(message.reader(of: field), raw)
      default: break
      }
    }
    return blob
  }

  /// Reads the lengths of a blob, packed or one by one.
  private static func dims(
    _ message: ProtobufReader,
    _ raw: UnsafeRawBufferPointer
  ) throws(WireError) -> [Int] {
    var message = message
    var dims: [Int] = []
    while let field = try message.next(), dims.count <= CaffeLayer.rankLimit {
      guard field.number == 1 else { continue }
      var rest = field.payload
      while !rest.isEmpty, dims.count <= CaffeLayer.rankLimit {
        let length = raw[rest].prefix { $0 & 0x80 != 0 }.count + 1
        let end = min(rest.lowerBound + length, rest.upperBound)
        dims.append(Int(clamping: varint(raw, rest.lowerBound..<end)))
        rest = end..<rest.upperBound
      }
    }
    return dims
  }

  /// The number that bytes of seven bits each make, least first.
  private static func varint(_ raw: UnsafeRawBufferPointer, _ range: Range<Int>) -> UInt64 {
    raw[range].prefix(10).enumerated().reduce(0) { value, next in
      value | UInt64(next.element & 0x7F) << UInt64(7 * next.offset)
    }
  }
}

// MARK: - Tensors

extension CaffeBlob {
  /// Returns the elements as float32 in a shape of as many elements.
  ///
  /// Elements that are aligned in the file stay there.
  ///
  /// - Throws: ``ImportError`` when the number of elements is not that of the shape.
  func tensor(_ shape: [Int], place: String) throws(ImportError) -> Tensor {
    let type = TensorType(.float32, Shape(shape))
    let size = isDouble ? 8 : 4
    let byteCount = parts.reduce(0) { $0 &+ $1.count }
    guard let count = type.shape.elementCount, byteCount % size == 0, byteCount / size == count
    else {
      throw .invalid(
        place: place,
        expected: "\(type.shape) elements",
        found: "\(byteCount / size), in a blob of \(Shape(lengths))"
      )
    }
    if isDouble { return Tensor(type.shape, doubles) }
    let payload = parts.count == 1 ? parts[0] : ByteView(parts.flatMap(\.bytes))
    return try WeightStorage.tensor(type, payload, place: place)
  }

  private var doubles: [Float] {
    parts.flatMap(\.bytes).withUnsafeBytes { bytes in
      (0..<bytes.count / 8).map {
        Float(bytes.loadUnaligned(fromByteOffset: $0 * 8, as: Double.self))
      }
    }
  }

  /// The number of elements that the file has.
  var count: Int { parts.reduce(0) { $0 &+ $1.count } / (isDouble ? 8 : 4) }
}
