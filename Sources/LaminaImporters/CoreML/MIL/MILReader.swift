import LaminaCore
import LaminaWire

/// Reads the types and values of a program (`MIL.proto`), and its file of weights.
///
/// A file of weights is a header of 64 bytes (count, version), then blobs that start at multiples
/// of 64: 64 bytes of metadata, then the elements somewhere.
///
///     0 mark DEADBEEF   4 element type   8 bytes   16 where they are   24 unused bits at their end
final class MILReader {
  private static let mark: UInt32 = 0xDEAD_BEEF
  private static let prefix = "@model_path/"

  private let file: ModelFile
  private var files: [String: ByteView] = [:]

  init(_ file: ModelFile) { self.file = file }

  // MARK: Types

  /// A type, or `nil` for kinds that are no values here.
  static func type(_ message: ProtobufMessage?) throws -> ValueType? {
    guard let message, let tensor = try message.message(1) else { return nil }
    guard let dtype = dtype(tensor.int(1)) else { return nil }
    var lengths: [Int] = []
    for dimension in try tensor.messages(3) {
      guard let constant = try dimension.message(1) else {
        if try dimension.message(2)?.bool(1) ?? false {
          return .tensor(TensorType(dtype, .unranked))
        }
        lengths.append(-1)
        continue
      }
      let length = constant.int(1)
      guard length >= 0, length < 1 << 40, lengths.count < 64 else {
        throw ImportError.invalid(
          place: "a type",
          expected: "a length",
          found: "\(length)"
        )
      }
      lengths.append(length)
    }
    return .tensor(TensorType(dtype, Shape(lengths)))
  }

  /// The engine's type of elements; those of 1, 3 and 6 bits take a byte.
  static func dtype(_ code: Int) -> DataType? {
    let types: [Int: DataType] = [
      1: .bool, 2: .string, 10: .float16, 11: .float32, 12: .float64, 13: .bfloat16, 21: .int8,
      22: .int16, 23: .int32, 24: .int64, 25: .int4, 31: .uint8, 32: .uint16, 33: .uint32,
      34: .uint64, 35: .uint4, 36: .uint2, 37: .uint8, 38: .uint8, 39: .uint8,
      40: .float8e4m3fn, 41: .float8e5m2,
    ]
    return types[code]
  }

  /// The bits of an element in the file.
  private static func bitWidth(_ code: Int, _ dtype: DataType) -> Int {
    [37: 1, 38: 6, 39: 3][code] ?? dtype.bitWidth
  }

  // MARK: Values

  /// The elements of a value; a list is a tensor of one axis.
  func tensor(_ value: ProtobufMessage, place: String) throws -> Tensor {
    let type = try value.message(2) ?? ProtobufMessage()
    if let list = try value.message(3)?.message(3) { return try self.list(list, place: place) }
    guard let shaped = try Self.type(type)?.tensor, let count = shaped.shape.elementCount,
      count < 1 << 40
    else {
      throw ImportError.invalid(place: place, expected: "a tensor of known size", found: "other")
    }
    let code = try type.message(1)?.int(1) ?? 0
    let bits = Self.bitWidth(code, shaped.dtype)
    if let blob = try value.message(5) {
      return try packed(blobBytes(blob, place: place), shaped, bits: bits, count, place)
    }
    guard let content = try value.message(3)?.message(1) else {
      throw ImportError.invalid(place: place, expected: "a value", found: "none")
    }
    if let bytes = try content.message(7) {
      let payload = bytes.payload(1) ?? ByteView([])
      return try packed(payload, shaped, bits: bits, count, place)
    }
    return try immediate(content, shaped, count, place)
  }

  private func list(_ list: ProtobufMessage, place: String) throws -> Tensor {
    let values = try list.messages(1)
    guard try values.allSatisfy({ try $0.message(3)?.has(3) != true }) else {
      throw ImportError.unsupported(place: place, found: "lists of lists")
    }
    let parts = try values.map { try tensor($0, place: place) }
    if parts.allSatisfy({ $0.dtype == .string }) {
      return Tensor([parts.count], strings: parts.flatMap(\.strings))
    }
    return Tensor([parts.count], try parts.map { Int64(try $0.ints().first ?? 0) })
  }

  /// Numbers that the file has one by one.
  private func immediate(
    _ content: ProtobufMessage,
    _ type: TensorType,
    _ count: Int,
    _ place: String
  ) throws -> Tensor {
    func require(_ found: Int) throws(ImportError) {
      guard found == count else {
        throw .invalid(place: place, expected: "\(count) elements", found: "\(found)")
      }
    }
    if type.dtype == .string {
      let strings = try content.message(4)?.strings(1) ?? []
      try require(strings.count)
      return Tensor(type.shape, strings: strings)
    }
    var numbers: [Double] = []
    if let floats = try content.message(1) { numbers = try floats.floats(1).map(Double.init) }
    if let doubles = try content.message(6) { numbers = try doubles.doubles(1) }
    for field in [2, 3, 5] {
      guard let ints = try content.message(field) else { continue }
      numbers = try ints.ints(1).map(Double.init)
    }
    try require(numbers.count)
    return try Tensor(type.dtype, type.shape, rounding: numbers)
  }

  /// Elements as they lie in memory, or of fewer bits, the first in the lowest ones.
  private func packed(
    _ bytes: ByteView,
    _ type: TensorType,
    bits: Int,
    _ count: Int,
    _ place: String
  ) throws -> Tensor {
    let (total, overflow) = count.multipliedReportingOverflow(by: bits)
    guard !overflow, bytes.count == (total + 7) / 8 else {
      throw ImportError.invalid(
        place: place,
        expected: "\(count) elements of \(bits) bits",
        found: "\(bytes.count) bytes"
      )
    }
    guard bits < 8 else { return try CoreMLWeights.tensor(bytes, type.dtype, type.shape) }
    let codes = Self.unpacked(bytes, bits: bits, count: count, signed: type.dtype == .int4)
    let storage = codes.withUnsafeBytes { TensorStorage(copying: $0) }
    return try Tensor(type, storage: storage)
  }

  /// Spreads elements of less than a byte to one a byte; the first lies in the lowest bits.
  static func unpacked(_ bytes: ByteView, bits: Int, count: Int, signed: Bool = false) -> [UInt8] {
    bytes.withUnsafeBytes { raw in
      (0..<count).map { index in
        let (place, shift) = (index * bits / 8, index * bits % 8)
        let high = place + 1 < raw.count ? Int(raw[place + 1]) << 8 : 0
        let code = UInt8((Int(raw[place]) | high) >> shift & (1 << bits - 1))
        guard signed else { return code }
        return UInt8(bitPattern: Int8(bitPattern: code << (8 - bits)) >> (8 - bits))
      }
    }
  }

  // MARK: Weights

  private func blobBytes(
    _ blob: ProtobufMessage,
    place: String
  ) throws -> ByteView {
    let name = blob.string(1)
    let view = try weights(name, place: place)
    let offset = blob.int(2)
    let mark = try view.load(UInt32.self, at: offset, "\(place), the metadata of its blob")
    guard mark == Self.mark else {
      throw ImportError.invalid(
        place: "\(place), byte \(offset) of \(SafeText.clean(name, limit: 200))",
        expected: "the mark of a blob",
        found: "\(mark)"
      )
    }
    let count = try view.load(UInt64.self, at: offset + 8, place)
    let start = try view.load(UInt64.self, at: offset + 16, place)
    return try view.slice(at: Int(clamping: start), count: Int(clamping: count), place)
  }

  private func weights(_ name: String, place: String) throws -> ByteView {
    if let view = files[name] { return view }
    let path = name.hasPrefix(Self.prefix) ? String(name.dropFirst(Self.prefix.count)) : name
    let view = try file.neighbour(named: path, for: place)
    let version = try view.load(UInt32.self, at: 4, "the header of the weights")
    guard version == 2 else {
      throw ImportError.unsupported(place: "the file of weights", found: "version \(version)")
    }
    files[name] = view
    return view
  }
}
