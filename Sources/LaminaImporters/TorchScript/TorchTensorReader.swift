import LaminaCore
import LaminaWire

/// Makes tensors out of what pickles say of them; stored elements stay in the mapped file.
struct TorchTensorReader {
  let archive: TorchArchive
  /// The folders of the archive where elements are looked for, in order.
  let folders: [String]

  /// The most axes of a tensor.
  private static let rankLimit = 64

  private struct Storage {
    var bytes: ByteView
    var dtype: DataType
  }

  /// Returns the tensor that a pickled object describes, or `nil` when it describes none.
  ///
  /// - Throws: ``ImportError`` when its elements are not in the file.
  func tensor(_ object: PickleObject) throws(ImportError) -> Tensor? {
    guard object.name.module == "torch._utils" else { return nil }
    let arguments = object.arguments
    if object.name.name == "_rebuild_parameter" {
      guard case .object(let inner)? = arguments.first else { throw invalid("a tensor") }
      guard inner.name.name != object.name.name else { throw invalid("a tensor") }
      return try tensor(inner)
    }
    guard arguments.count >= 4, case .persistent(let reference) = arguments[0],
      let offset = arguments[1].int, let sizes = arguments[2].items?.compactMap(\.int),
      let strides = arguments[3].items?.compactMap(\.int)
    else { throw invalid("a storage, an offset, lengths and strides") }
    let storage = try storage(reference)
    let tensor = try self.tensor(storage, offset: offset, sizes: sizes, strides: strides)
    guard object.name.name == "_rebuild_qtensor" else { return tensor }
    var result = tensor
    result.quantization = try quantization(arguments.count > 4 ? arguments[4] : .none, sizes)
    return result
  }

  private func invalid(_ expected: String) -> ImportError {
    .invalid(place: "a tensor of the pickle", expected: expected, found: "something else")
  }

  private func storage(_ reference: PickleReference) throws(ImportError) -> Storage {
    guard let parts = reference.identifier.items, parts.count >= 5,
      parts[0].string == "storage", case .global(let type) = parts[1],
      let key = parts[2].string, let count = parts[4].int,
      let dtype = TorchScalarType.dtype(ofStorage: type.name)?.dtype
    else { throw invalid("a storage with its type, name and length") }
    for folder in folders {
      guard let bytes = try archive.contents("\(folder)/\(key)") else { continue }
      let (size, overflow) = count.multipliedReportingOverflow(by: dtype.byteCount)
      guard !overflow, size >= 0, size <= bytes.count else {
        throw .invalid(
          place: "storage \(SafeText.clean(key, limit: 40))",
          expected: "\(count) elements of \(dtype.name)",
          found: "\(bytes.count) bytes"
        )
      }
      return Storage(bytes: bytes, dtype: dtype)
    }
    throw .invalid(
      place: "a tensor of the pickle",
      expected: "its elements in \(folders.joined(separator: " or "))",
      found: "no \(SafeText.clean(key, limit: 40))"
    )
  }

  private func tensor(
    _ storage: Storage,
    offset: Int,
    sizes: [Int],
    strides: [Int]
  ) throws(ImportError) -> Tensor {
    let shape = Shape(sizes)
    let type = TensorType(storage.dtype, shape)
    guard sizes.count == strides.count, sizes.count <= Self.rankLimit, offset >= 0,
      sizes.allSatisfy({ $0 >= 0 }), let count = shape.elementCount,
      let last = Self.lastPosition(offset, sizes, strides),
      count == 0 || last < storage.bytes.count / max(storage.dtype.byteCount, 1)
    else {
      throw .invalid(
        place: "a tensor of the pickle",
        expected: "lengths and strides within its \(storage.bytes.count) bytes",
        found: "\(sizes) with strides \(strides) from \(offset)"
      )
    }
    do {
      if Self.isDense(sizes, strides) { return try dense(storage, type, offset: offset) }
      return try gathered(storage, type, count: count, offset: offset, strides: strides)
    } catch let error as ShapeError {
      throw .invalid(place: "a tensor of the pickle", expected: "\(type)", found: "\(error)")
    } catch let error as WireError {
      throw .wire(error)
    } catch { throw invalid("elements") }
  }

  /// The position of the last element, or `nil` when it cannot be a position.
  private static func lastPosition(_ offset: Int, _ sizes: [Int], _ strides: [Int]) -> Int? {
    var last = offset
    for (size, stride) in zip(sizes, strides) where size > 0 {
      guard stride >= 0 else { return nil }
      let (span, overflow) = (size - 1).multipliedReportingOverflow(by: stride)
      let (sum, carry) = last.addingReportingOverflow(span)
      if overflow || carry { return nil }
      last = sum
    }
    return last
  }

  private static func isDense(_ sizes: [Int], _ strides: [Int]) -> Bool {
    let expected = Shape(sizes).strides
    return zip(sizes, zip(strides, expected)).allSatisfy { $0 <= 1 || $1.0 == $1.1 }
  }

  private func dense(_ storage: Storage, _ type: TensorType, offset: Int) throws -> Tensor {
    let size = storage.dtype.byteCount
    let part = try storage.bytes.slice(
      at: offset * size,
      count: (try type.shape.count()) * size,
      "a tensor"
    )
    return try Tensor(
      type,
      storage: TensorStorage(borrowing: part.start, byteCount: part.count, owner: part.owner)
    )
  }

  /// Copies elements that do not lie in order.
  private func gathered(
    _ storage: Storage,
    _ type: TensorType,
    count: Int,
    offset: Int,
    strides: [Int]
  ) throws -> Tensor {
    let size = storage.dtype.byteCount
    let sizes = type.shape.dims
    try MemoryLimit.check(type.byteCount ?? .max)
    var bytes = [UInt8](repeating: 0, count: count * size)
    var position = [Int](repeating: 0, count: sizes.count)
    storage.bytes.withUnsafeBytes { source in
      for index in 0..<count {
        let place = zip(position, strides).reduce(offset) { $0 + $1.0 * $1.1 }
        for byte in 0..<size { bytes[index * size + byte] = source[place * size + byte] }
        for axis in position.indices.reversed() {
          position[axis] += 1
          if position[axis] < sizes[axis] { break }
          position[axis] = 0
        }
      }
    }
    return try Tensor(type, storage: bytes.withUnsafeBytes { TensorStorage(copying: $0) })
  }

  private func quantization(
    _ value: PickleValue,
    _ sizes: [Int]
  ) throws(ImportError) -> Quantization {
    guard let parts = value.items, parts.count >= 3, case .global(let scheme) = parts[0] else {
      throw invalid("a kind of quantization with its numbers")
    }
    if scheme.name == "per_tensor_affine", case .double(let scale) = parts[1],
      let zero = parts[2].int
    {
      return Quantization(scale: Float(scale), zeroPoint: zero)
    }
    guard parts.count >= 4, case .object(let scales) = parts[1],
      case .object(let zeros) = parts[2], let axis = parts[3].int, sizes.indices.contains(axis),
      let scale = try tensor(scales), let zero = try tensor(zeros),
      let numbers = try? scale.floats(), let points = try? zero.cast(to: .int64).ints(),
      numbers.count == sizes[axis], points.count == sizes[axis]
    else { throw invalid("a scale and a zero point for each position of an axis") }
    return Quantization(scales: numbers, zeroPoints: points, axis: axis)
  }
}
