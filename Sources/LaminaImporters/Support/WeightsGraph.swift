import LaminaCore
import LaminaWire

/// Makes graphs of files that hold tensors and nothing else: constants without nodes.
struct WeightsGraph {
  private(set) var graph: Graph

  /// The most tensors of a file.
  static let tensorLimit = 1_000_000

  init(name: String, format: String) {
    graph = Graph(name: SafeText.clean(name))
    graph.metadata.format = format
  }

  /// Adds what the file says of itself.
  mutating func addProperty(_ key: String, _ value: String) {
    graph.metadata.properties.append((SafeText.clean(key), SafeText.clean(value)))
  }

  /// Adds a tensor whose elements stay where they are in the file.
  ///
  /// - Throws: ``ImportError`` when the bytes are not as many as the type asks for.
  mutating func add(
    _ name: String,
    _ type: TensorType,
    _ bytes: ByteView
  ) throws(ImportError) {
    let place = "tensor \"\(SafeText.clean(name))\""
    guard graph.values.count < Self.tensorLimit else {
      throw .overLimit(place: "number of tensors", limit: Self.tensorLimit)
    }
    guard type.packedByteCount == bytes.count, type.dtype.bitWidth % 8 == 0 else {
      throw .invalid(place: place, expected: "the bytes of \(type)", found: "\(bytes.count) bytes")
    }
    do {
      let storage = TensorStorage(
        borrowing: bytes.start,
        byteCount: bytes.count,
        owner: bytes.owner
      )
      graph.addConstant(SafeText.clean(name), try Tensor(type, storage: storage))
    } catch { throw .invalid(place: place, expected: "\(type)", found: "\(error)") }
  }
}
