import LaminaCore
import LaminaWire

/// Turns the tensors of a file into the engine's.
///
/// Elements that lie in the file as they lie in memory are not copied: the tensor refers to the
/// mapped file. Packed, misaligned and number-list payloads are copied once.
final class ONNXTensorReader {
  private let file: ModelFile
  private var neighbours: [String: ByteView] = [:]

  init(file: ModelFile) { self.file = file }

  /// Returns the tensor that `proto` describes.
  ///
  /// - Throws: ``ImportError`` when the type is unknown, a length is negative or too large, the
  ///   payload is not as long as the shape asks for, or lies in a file that may not be opened.
  func tensor(_ proto: ONNXTensorProto) throws(ImportError) -> Tensor {
    let place = Self.place(proto)
    guard let dtype = proto.dataType.dtype else {
      throw .invalid(
        place: place,
        expected: "a known element type",
        found: "type \(proto.dataType.rawValue)"
      )
    }
    let shape = try Self.shape(proto.dims, place: place)
    let type = TensorType(dtype, shape)
    guard let count = shape.elementCount, type.byteCount != nil else {
      throw .invalid(place: place, expected: "a size that fits in memory", found: "\(shape)")
    }
    if dtype == .string { return try Self.strings(proto, shape, count: count, place: place) }
    return try tensor(proto, type, count: count, place: place)
  }

  private func tensor(
    _ proto: ONNXTensorProto,
    _ type: TensorType,
    count: Int,
    place: String
  ) throws(ImportError) -> Tensor {
    let payload = try payload(of: proto, type.dtype, place: place)
    let bitCount = count.multipliedReportingOverflow(by: type.dtype.bitWidth)
    let expected = bitCount.overflow ? Int.max : (bitCount.partialValue + 7) / 8
    guard payload.count == expected else {
      throw .invalid(
        place: place,
        expected: "\(expected) bytes for \(type)",
        found: "\(payload.count) bytes"
      )
    }
    switch type.dtype {
    case .int4, .uint4, .float4e2m1, .int2, .uint2:
      return try Self.make(type, Self.unpacked(payload.bytes, type.dtype, count: count), place)
    case .bool:
      return try Self.make(type, payload.bytes.map { $0 == 0 ? 0 : 1 }, place)
    default:
      return try Self.make(type, payload, place)
    }
  }

  static func place(_ proto: ONNXTensorProto) -> String {
    proto.name.isEmpty ? "a tensor" : "tensor \"\(SafeText.clean(proto.name))\""
  }

  /// The most axes that a tensor may have.
  static let rankLimit = 64

  /// Checks lengths that a file declares.
  static func shape(_ dims: [Int64], place: String) throws(ImportError) -> Shape {
    var lengths: [Int] = []
    for dim in dims {
      guard let length = Int(exactly: dim), length >= 0 else {
        throw .invalid(place: place, expected: "lengths of zero or more", found: "\(dim)")
      }
      lengths.append(length)
    }
    guard lengths.count <= rankLimit else {
      throw .invalid(place: place, expected: "at most \(rankLimit) axes", found: "\(lengths.count)")
    }
    return Shape(lengths)
  }
}

// MARK: - Making tensors

extension ONNXTensorReader {
  private static func strings(
    _ proto: ONNXTensorProto,
    _ shape: Shape,
    count: Int,
    place: String
  ) throws(ImportError) -> Tensor {
    guard proto.stringData.count == count else {
      throw .invalid(
        place: place,
        expected: "\(count) strings",
        found: "\(proto.stringData.count)"
      )
    }
    return Tensor(shape, strings: proto.stringData.map { String(decoding: $0, as: UTF8.self) })
  }

  /// Refers to a payload in the file.
  static func make(
    _ type: TensorType,
    _ payload: ByteView,
    _ place: String
  ) throws(ImportError) -> Tensor {
    let storage = TensorStorage(
      borrowing: payload.start,
      byteCount: payload.count,
      owner: payload.owner
    )
    return try make(type, storage, place)
  }

  static func make(
    _ type: TensorType,
    _ bytes: [UInt8],
    _ place: String
  ) throws(ImportError) -> Tensor {
    try make(type, bytes.withUnsafeBytes { TensorStorage(copying: $0) }, place)
  }

  static func make(
    _ type: TensorType,
    _ storage: TensorStorage,
    _ place: String
  ) throws(ImportError) -> Tensor {
    do {
      return try Tensor(type, storage: storage)
    } catch {
      throw .invalid(place: place, expected: "\(type)", found: "\(error)")
    }
  }

  /// Spreads elements of four or two bits to one a byte, the first from the lowest bits.
  private static func unpacked(_ packed: [UInt8], _ dtype: DataType, count: Int) -> [UInt8] {
    let width = dtype.bitWidth
    let perByte = 8 / width
    let isSigned = dtype == .int4 || dtype == .int2
    return (0..<count).map { index in
      let shift = index % perByte * width
      let top = (packed[index / perByte] >> shift) << (8 - width)
      return isSigned ? UInt8(bitPattern: Int8(bitPattern: top) >> (8 - width)) : top >> (8 - width)
    }
  }
}

// MARK: - Payloads

extension ONNXTensorReader {
  /// Returns the elements' bytes as a file packs them, from whichever field has them.
  private func payload(
    of proto: ONNXTensorProto,
    _ dtype: DataType,
    place: String
  ) throws(ImportError) -> ByteView {
    if proto.dataLocation == .external { return try externalPayload(of: proto, place: place) }
    if let raw = try located(proto.rawPlaces.suffix(2), place: place) { return raw }
    switch dtype {
    case .float32, .complex64:
      return try located(proto.floatPlaces[...], place: place) ?? ByteView([])
    case .float64, .complex128:
      return try located(proto.doublePlaces[...], place: place) ?? ByteView([])
    case .int64:
      return ByteView(Self.littleEndian(proto.int64Data))
    case .uint64:
      return ByteView(Self.littleEndian(proto.uint64Data))
    case .uint32:
      return ByteView(Self.littleEndian(proto.uint64Data.map { UInt32(truncatingIfNeeded: $0) }))
    default:
      return ByteView(Self.narrowed(proto.int32Data, to: (dtype.bitWidth + 7) / 8))
    }
  }

  /// Returns the bytes at places noted by ``ONNXSkeleton``; several parts are joined.
  private func located(
    _ places: ArraySlice<UInt64>,
    place: String
  ) throws(ImportError) -> ByteView? {
    var parts: [ByteView] = []
    var rest = places
    while let offset = rest.popFirst(), let length = rest.popFirst() {
      do {
        parts.append(
          try file.bytes.slice(at: Int(clamping: offset), count: Int(clamping: length), place)
        )
      } catch {
        throw .wire(error)
      }
    }
    if parts.count <= 1 { return parts.first }
    return ByteView(parts.flatMap(\.bytes))
  }

  private static func littleEndian<Number: FixedWidthInteger>(_ numbers: [Number]) -> [UInt8] {
    numbers.map(\.littleEndian).withUnsafeBytes { Array($0) }
  }

  /// Keeps the low bytes of numbers that a file stores in 32 bits whatever their type.
  private static func narrowed(_ numbers: [Int32], to byteCount: Int) -> [UInt8] {
    switch byteCount {
    case 1: numbers.map { UInt8(truncatingIfNeeded: $0) }
    case 2: littleEndian(numbers.map { UInt16(truncatingIfNeeded: $0) })
    default: littleEndian(numbers)
    }
  }

  /// Returns a payload from a file beside the model.
  private func externalPayload(
    of proto: ONNXTensorProto,
    place: String
  ) throws(ImportError) -> ByteView {
    let entries = Dictionary(
      proto.externalData.map { ($0.key, $0.value) },
      uniquingKeysWith: { $1 }
    )
    guard let location = entries["location"] else {
      throw .invalid(place: place, expected: "the location of its data", found: "none")
    }
    let bytes = try neighbour(location, for: place)
    let offset = try Self.number(entries["offset"], default: 0, place: place)
    let length = try Self.number(entries["length"], default: bytes.count - offset, place: place)
    do {
      return try bytes.slice(at: offset, count: length, "\(place) in \(SafeText.clean(location))")
    } catch {
      throw .wire(error)
    }
  }

  private func neighbour(_ name: String, for place: String) throws(ImportError) -> ByteView {
    if let bytes = neighbours[name] { return bytes }
    let bytes = try file.neighbour(named: name, for: place)
    neighbours[name] = bytes
    return bytes
  }

  private static func number(
    _ text: String?,
    default fallback: Int,
    place: String
  ) throws(ImportError) -> Int {
    guard let text else { return fallback }
    guard let number = Int(text), number >= 0 else {
      throw .invalid(
        place: place,
        expected: "an offset or length of external data",
        found: SafeText.clean(text, limit: 40)
      )
    }
    return number
  }
}
