import LaminaCore
import LaminaWire

/// Turns the tensors of a graph into the engine's.
///
/// The bytes of `tensor_content` stay in the mapped file where their elements are aligned there.
struct TFTensorReader: Sendable {
  let file: ByteView

  /// How many elements a tensor may have that the file writes down as fewer.
  private static let fillLimit = 1 << 24

  /// Returns the tensor that `proto` describes.
  ///
  /// - Throws: ``ImportError`` when the type is unknown or the bytes do not suit the shape.
  func tensor(_ proto: TFTensorProto, place: String) throws(ImportError) -> Tensor {
    guard let dtype = proto.dtype.dtype else {
      throw .unsupported(place: place, found: "elements of type \(proto.dtype)")
    }
    let shape = try proto.tensorShape.shape(place: place)
    guard let count = shape.elementCount, TensorType(dtype, shape).byteCount != nil else {
      throw .invalid(place: place, expected: "a size that fits in memory", found: "\(shape)")
    }
    if dtype == .string {
      let texts = proto.stringVal.map { String(decoding: $0, as: UTF8.self) }
      return Tensor(shape, strings: try Self.filled(texts, with: "", to: count, place))
    }
    if let content = try content(of: proto, place) {
      return try Self.tensor(TensorType(dtype, shape), content, place)
    }
    return try Self.tensor(proto, dtype, shape, count: count, place)
  }

  /// Returns a tensor whose elements lie in a file as they lie in memory.
  ///
  /// - Throws: ``ImportError`` when there are more or fewer bytes.
  static func tensor(
    _ type: TensorType,
    _ bytes: ByteView,
    _ place: String
  ) throws(ImportError) -> Tensor {
    guard type.byteCount == bytes.count else {
      throw .invalid(
        place: place,
        expected: "\(type.byteCount ?? 0) bytes for \(type)",
        found: "\(bytes.count)"
      )
    }
    let storage: TensorStorage
    if type.dtype == .bool {
      let flags = bytes.bytes.map { $0 == 0 ? UInt8(0) : 1 }
      storage = flags.withUnsafeBytes { TensorStorage(copying: $0) }
    } else {
      storage = TensorStorage(borrowing: bytes.start, byteCount: bytes.count, owner: bytes.owner)
    }
    do { return try Tensor(type, storage: storage) } catch {
      throw .invalid(place: place, expected: "\(type)", found: "\(error)")
    }
  }

  private func content(
    of proto: TFTensorProto,
    _ place: String
  ) throws(ImportError) -> ByteView? {
    if let offset = proto.contentPlaces.dropLast().last, let length = proto.contentPlaces.last,
      length > 0
    {
      do {
        return try file.slice(at: Int(clamping: offset), count: Int(clamping: length), place)
      } catch { throw .wire(error) }
    }
    return proto.tensorContent.isEmpty ? nil : ByteView([UInt8](proto.tensorContent))
  }

  /// Elements that are written as numbers; the last one stands for all that are missing.
  private static func tensor(
    _ proto: TFTensorProto,
    _ dtype: DataType,
    _ shape: Shape,
    count: Int,
    _ place: String
  ) throws(ImportError) -> Tensor {
    func make<Element: TensorElement>(_ values: [Element], _ zero: Element) throws(ImportError)
      -> Tensor
    {
      Tensor(shape, try filled(values, with: zero, to: count, place))
    }
    switch dtype {
    case .float32: return try make(proto.floatVal, 0)
    case .float64: return try make(proto.doubleVal, 0)
    case .int64: return try make(proto.int64Val, 0)
    case .int32: return try make(proto.intVal, 0)
    case .uint64: return try make(proto.uint64Val, 0)
    case .uint32: return try make(proto.uint32Val, 0)
    case .bool: return try make(proto.boolVal, false)
    case .int8: return try make(proto.intVal.map { Int8(truncatingIfNeeded: $0) }, 0)
    case .int16: return try make(proto.intVal.map { Int16(truncatingIfNeeded: $0) }, 0)
    case .uint8: return try make(proto.intVal.map { UInt8(truncatingIfNeeded: $0) }, 0)
    case .uint16: return try make(proto.intVal.map { UInt16(truncatingIfNeeded: $0) }, 0)
    case .float16, .bfloat16:
      let halves = try filled(proto.halfVal, with: 0, to: count, place)
      let bytes = halves.map { UInt16(truncatingIfNeeded: $0) }.withUnsafeBytes { Array($0) }
      return try tensor(TensorType(dtype, shape), ByteView(bytes), place)
    default:
      throw .unsupported(place: place, found: "elements of type \(dtype.name) as numbers")
    }
  }

  private static func filled<Element>(
    _ values: [Element],
    with zero: Element,
    to count: Int,
    _ place: String
  ) throws(ImportError) -> [Element] {
    guard values.count <= count else {
      throw .invalid(place: place, expected: "\(count) elements", found: "\(values.count)")
    }
    if values.count == count { return values }
    guard count <= fillLimit else {
      throw .overLimit(place: "the elements of \(place) that are not in the file", limit: fillLimit)
    }
    let rest = [Element](repeating: values.last ?? zero, count: count - values.count)
    return values + rest
  }
}
