import LaminaCore
import LaminaWire

/// Takes the weights out of a .bin file, one array after the other.
///
/// An array is raw float32, or starts with a word that says how it is stored:
///
///     0x00000000   float32
///     0x01306B47   float16
///     0x000D4B38   int8
///     0x0002C056   float32 that was scaled
///     others       256 floats and a byte for each element that says which
///
/// Every array is filled up to whole words.
///
/// - Source: ncnn, docs/developer-guide/param-and-model-file-structure.md.
struct NcnnWeights {
  /// How arrays were stored so far, for what is shown of the file.
  private(set) var kinds: Set<String> = []

  private let bytes: ByteView
  private var position = 0

  init(_ bytes: ByteView) { self.bytes = bytes }

  /// Returns the next array, stored as float32.
  mutating func plain(_ shape: Shape, _ what: String) throws(ImportError) -> Tensor {
    do {
      let count = try shape.count()
      let view = try bytes.slice(at: position, elements: count, of: 4, what)
      position += view.count
      return try tensor(.float32, shape, view)
    } catch let error as WireError { throw .wire(error) } catch { throw mismatch(what, error) }
  }

  /// Returns the next array, float32 or int8, whichever way it is stored.
  mutating func tagged(_ shape: Shape, _ what: String) throws(ImportError) -> Tensor {
    do {
      let count = try shape.count()
      let tag = try bytes.load(UInt32.self, at: position, "storage of \(what)")
      position += 4
      switch tag {
      case 0, 0x0002_C056:
        kinds.insert("float32")
        return try tensor(.float32, shape, take(count, of: 4, what))
      case 0x0130_6B47:
        kinds.insert("float16")
        return try Self.floats(halves: take(count, of: 2, what), shape)
      case 0x000D_4B38:
        kinds.insert("int8")
        return try tensor(.int8, shape, take(count, of: 1, what))
      default:
        kinds.insert("table of 256")
        let table = try take(256, of: 4, "table of \(what)")
        return try Self.floats(table: table, indices: take(count, of: 1, what), shape)
      }
    } catch let error as WireError { throw .wire(error) } catch { throw mismatch(what, error) }
  }

  /// Takes whole words that hold `count` elements of `size` bytes.
  private mutating func take(_ count: Int, of size: Int, _ what: String) throws -> ByteView {
    let view = try bytes.slice(at: position, elements: count, of: size, what)
    // The last array of a file may end without being filled up.
    position = min(position + (view.count + 3) / 4 * 4, bytes.count)
    return view
  }

  private func tensor(_ dtype: DataType, _ shape: Shape, _ view: ByteView) throws -> Tensor {
    try Tensor(
      TensorType(dtype, shape),
      storage: TensorStorage(borrowing: view.start, byteCount: view.count, owner: view.owner)
    )
  }

  private static func floats(halves: ByteView, _ shape: Shape) throws -> Tensor {
    try Tensor.build(shape, of: Float.self) { target in
      halves.withUnsafeBytes { source in
        for index in target.indices {
          let bits = source.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
          target[index] = Float(Float16(bitPattern: UInt16(littleEndian: bits)))
        }
      }
    }
  }

  private static func floats(
    table: ByteView,
    indices: ByteView,
    _ shape: Shape
  ) throws -> Tensor {
    let values = table.withUnsafeBytes { source in
      (0..<256).map { source.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
    return try Tensor.build(shape, of: Float.self) { target in
      indices.withUnsafeBytes { source in
        for index in target.indices { target[index] = values[Int(source[index])] }
      }
    }
  }

  private func mismatch(_ what: String, _ error: any Error) -> ImportError {
    .invalid(place: what, expected: "a size that fits the file", found: "\(error)")
  }
}
