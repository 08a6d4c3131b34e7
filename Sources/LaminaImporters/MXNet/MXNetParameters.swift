import LaminaCore
import LaminaWire

/// A list of named tensors, as MXNet stores parameters.
///
///     u64 0x112, u64 0, u64 count, tensors, u64 count, names (u64 length, bytes)
///
/// A tensor begins with a mark of its version (2: shape with 64-bit lengths after the kind of
/// storage; 1: without that; before: the number of axes itself and 32-bit lengths), then the
/// device, the element type and the elements. Elements that are aligned in the file stay there.
struct MXNetParameters {
  /// Tensors by name, without the prefixes `arg:` and `aux:`.
  private(set) var tensors: [String: Tensor] = [:]

  private let bytes: ByteView
  private var position = 0

  private static let mark: UInt64 = 0x112
  private static let countLimit = 100_000
  private static let rankLimit = 32

  private enum Version: UInt32 {
    case first = 0xF993_FAC8
    case second = 0xF993_FAC9
    /// As the second; a tensor of rank 0 is a number.
    case third = 0xF993_FACA
  }

  /// Element types by their numbers.
  private static let dtypes: [Int32: DataType] = [
    0: .float32, 1: .float64, 2: .float16, 3: .uint8, 4: .int32, 5: .int8, 6: .int64, 7: .bool,
    8: .int16, 9: .uint16, 10: .uint32, 11: .uint64, 12: .bfloat16,
  ]

  /// Whether bytes begin with the mark of a list.
  static func isList(_ bytes: ByteView) -> Bool {
    guard bytes.count >= 16 else { return false }
    let words = [0, 8].map { (try? bytes.load(UInt64.self, at: $0, "")) ?? 1 }
    return words == [mark, 0]
  }

  /// Reads a list.
  ///
  /// - Throws: ``ImportError`` when it is damaged, or holds sparse tensors.
  init(_ bytes: ByteView) throws(ImportError) {
    self.bytes = bytes
    guard Self.isList(bytes) else {
      throw .invalid(
        place: "the parameters",
        expected: "a list of MXNet tensors",
        found: FileKind.of(bytes).name
      )
    }
    position = 16
    let count = try self.count("number of tensors")
    var list: [Tensor] = []
    for index in 0..<count { list.append(try tensor("tensor \(index) of the parameters")) }
    let nameCount = try self.count("number of names")
    guard nameCount == count else {
      throw .invalid(
        place: "the parameters",
        expected: "a name for each of \(count) tensors",
        found: "\(nameCount)"
      )
    }
    for tensor in list {
      let name = try text()
      tensors[Self.withoutPrefix(name)] = tensor
    }
  }

  private static func withoutPrefix(_ name: String) -> String {
    name.hasPrefix("arg:") || name.hasPrefix("aux:") ? String(name.dropFirst(4)) : name
  }

  // MARK: Parts

  private mutating func number<Number: FixedWidthInteger>(
    _ type: Number.Type,
    _ what: String
  ) throws(ImportError) -> Number {
    do {
      let value = try bytes.load(type, at: position, what)
      position += MemoryLayout<Number>.size
      return value
    } catch { throw .wire(error) }
  }

  private mutating func count(_ what: String) throws(ImportError) -> Int {
    let count = Int(clamping: try number(UInt64.self, what))
    guard count <= Self.countLimit else { throw .overLimit(place: what, limit: Self.countLimit) }
    return count
  }

  private mutating func text() throws(ImportError) -> String {
    let length = Int(clamping: try number(UInt64.self, "length of a name"))
    do {
      let view = try bytes.slice(at: position, count: length, "a name")
      position += length
      guard length <= SafeText.nameLimit else {
        throw ImportError.overLimit(place: "length of a name", limit: SafeText.nameLimit)
      }
      return String(decoding: view.bytes, as: UTF8.self)
    } catch let error as ImportError {
      throw error
    } catch let error as WireError {
      throw .wire(error)
    } catch { throw .invalid(place: "a name", expected: "text", found: "\(error)") }
  }

  private mutating func tensor(_ place: String) throws(ImportError) -> Tensor {
    let dims = try shape(place)
    _ = try number(Int32.self, "\(place), device")
    _ = try number(Int32.self, "\(place), number of the device")
    let code = try number(Int32.self, "\(place), element type")
    guard let dtype = Self.dtypes[code] else {
      throw .unsupported(place: "\(place), element type", found: "number \(code)")
    }
    let shape = Shape(dims)
    guard let count = shape.elementCount else {
      throw .invalid(place: place, expected: "a size that fits in memory", found: "\(shape)")
    }
    do {
      let payload = try bytes.slice(
        at: position,
        elements: count,
        of: dtype.byteCount,
        "elements of \(place)"
      )
      position += payload.count
      return try WeightStorage.tensor(TensorType(dtype, shape), payload, place: place)
    } catch let error as ImportError {
      throw error
    } catch let error as WireError {
      throw .wire(error)
    } catch { throw .invalid(place: place, expected: "elements", found: "\(error)") }
  }

  private mutating func shape(_ place: String) throws(ImportError) -> [Int] {
    let first = try number(UInt32.self, place)
    let version = Version(rawValue: first)
    if version == .second || version == .third {
      let storage = try number(Int32.self, "\(place), kind of storage")
      guard storage == 0 else { throw .unsupported(place: place, found: "sparse storage") }
    }
    let rank = version == nil ? first : try number(UInt32.self, "\(place), number of axes")
    guard rank <= Self.rankLimit else {
      throw .overLimit(place: "\(place), number of axes", limit: Self.rankLimit)
    }
    var dims: [Int] = []
    for _ in 0..<rank {
      let length =
        version == nil
        ? Int(try number(UInt32.self, "\(place), a length"))
        : Int(try number(Int64.self, "\(place), a length"))
      guard length >= 0 else {
        throw .invalid(place: place, expected: "lengths of zero or more", found: "\(length)")
      }
      dims.append(length)
    }
    // A tensor without axes is empty, but for the newest version, where it is a number.
    return dims.isEmpty && version != .third ? [0] : dims
  }
}
