import LaminaCore
import LaminaWire

/// Makes tensors of bytes that lie in a file as they lie in memory.
enum WeightStorage {
  /// Refers to elements in the file, or copies them when they are not aligned there.
  ///
  /// - Throws: ``ImportError`` when there are not as many bytes as the type needs.
  static func tensor(
    _ type: TensorType,
    _ payload: ByteView,
    place: String
  ) throws(ImportError) -> Tensor {
    guard let needed = type.byteCount, needed == payload.count else {
      throw .invalid(
        place: place,
        expected: "\(type.byteCount.map(String.init) ?? "fewer") bytes for \(type)",
        found: "\(payload.count) bytes"
      )
    }
    let alignment = min(type.dtype.byteCount, 8)
    let storage =
      Int(bitPattern: payload.start) % alignment == 0
      ? TensorStorage(borrowing: payload.start, byteCount: payload.count, owner: payload.owner)
      : payload.withUnsafeBytes { TensorStorage(copying: $0) }
    do {
      return try Tensor(type, storage: storage)
    } catch {
      throw .invalid(place: place, expected: "\(type)", found: "\(error)")
    }
  }
}
