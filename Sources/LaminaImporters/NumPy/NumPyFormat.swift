import LaminaCore
import LaminaWire

/// NumPy: one array in an `.npy` file, or a zip archive of several.
package enum NumPyFormat: ModelFormat {
  package static let name = "NumPy"
  package static let files = "*.npy, *.npz"

  /// The most bytes that one compressed array comes to.
  private static let arrayLimit = 1 << 31

  package static func recognizes(_ file: ModelFile) -> Bool {
    if file.bytes.has([0x93] + Array("NUMPY".utf8)) { return true }
    guard file.bytes.has("PK\u{3}\u{4}"), let zip = try? ZipArchive(file.bytes) else {
      return false
    }
    return !zip.entries.isEmpty && zip.entries.allSatisfy { $0.name.hasSuffix(".npy") }
  }

  package static func open(_ file: ModelFile) throws(ImportError) -> Graph {
    var weights = WeightsGraph(name: "arrays", format: name)
    do {
      guard file.bytes.has("PK"), let zip = try ZipArchive(file.bytes) else {
        try add("array", try NPYFile(file.bytes), to: &weights)
        return weights.graph
      }
      var unpacked = 0
      for entry in zip.entries {
        if !entry.isStored { unpacked += min(entry.size, arrayLimit) }
        guard unpacked <= arrayLimit else {
          throw ImportError.overLimit(place: "unpacked bytes of the archive", limit: arrayLimit)
        }
        let array = try NPYFile(try zip.contents(of: entry, limit: arrayLimit))
        try add(String(entry.name.dropLast(4)), array, to: &weights)
      }
    } catch let error as ImportError {
      throw error
    } catch let error as WireError {
      throw .wire(error)
    } catch { throw .invalid(place: "the file", expected: "arrays", found: "\(error)") }
    return weights.graph
  }

  private static func add(
    _ name: String,
    _ array: NPYFile,
    to weights: inout WeightsGraph
  ) throws(ImportError) {
    guard let dtype = dtype(of: array.elementType) else {
      throw .unsupported(place: "array \(SafeText.clean(name))", found: array.elementType.descr)
    }
    let type = TensorType(dtype, Shape(array.shape))
    let isPlain = !array.elementType.isBigEndian && (!array.isFortranOrder || array.shape.count < 2)
    try weights.add(name, type, isPlain ? array.payload : ByteView(array.rowMajorBytes()))
  }

  private static func dtype(of type: NPYElementType) -> DataType? {
    switch (type.kind, type.size) {
    case (.bool, _): .bool
    case (.signed, 1): .int8
    case (.signed, 2): .int16
    case (.signed, 4): .int32
    case (.signed, 8): .int64
    case (.unsigned, 1): .uint8
    case (.unsigned, 2): .uint16
    case (.unsigned, 4): .uint32
    case (.unsigned, 8): .uint64
    case (.float, 2): .float16
    case (.float, 4): .float32
    case (.float, 8): .float64
    case (.complex, 8): .complex64
    case (.complex, 16): .complex128
    default: nil
    }
  }
}
