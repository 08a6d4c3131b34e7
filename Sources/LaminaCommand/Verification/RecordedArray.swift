import LaminaCore
import LaminaImporters
import LaminaWire

/// Values in files: NumPy's `.npy`, the `.pb` of ONNX's test data, and maps as JSON.
package enum RecordedArray {
  /// Reads the value in a file.
  ///
  /// - Parameters:
  ///   - path: A file whose name says what it is.
  ///   - type: What the model takes or gives there; tells apart what a file cannot.
  /// - Returns: The value.
  /// - Throws: What is wrong with the file.
  package static func read(_ path: String, as type: ValueType) throws -> Datum {
    if path.hasSuffix(".pb") {
      return try ONNXTensorFile.read(ModelFile(path: path), as: type)
    }
    if path.hasSuffix(".json") { return try dictionary(path, as: type) }
    let file = try NPYFile(MappedFile.open(path))
    return .tensor(try tensor(file, path: path, expected: type.tensor?.dtype))
  }

  /// Reads a map from an object of numbers or texts; keys are in the order of the file.
  private static func dictionary(_ path: String, as type: ValueType) throws -> Datum {
    let document: JSONValue
    do { document = try JSONReader.read(TextFile.bytes(path)) } catch let error as JSONError {
      throw RecordingError.badDescription(path: path, error)
    }
    guard case .object(let members) = document else {
      throw RecordingError.missingFile("\(path): an object")
    }
    var (key, dtype) = (DataType.string, DataType.float64)
    if case .map(let stated, let value) = type {
      key = stated
      dtype = value.tensor?.dtype ?? dtype
    }
    return .map(
      try members.map { member -> (key: Datum.MapKey, value: Datum) in
        let name: Datum.MapKey =
          key == .string ? .string(member.key) : .int(Int(member.key) ?? 0)
        if let text = member.value.string { return (name, .tensor(Tensor([1], strings: [text]))) }
        let number = member.value.number ?? 0
        return (name, .tensor(try Tensor(dtype, [1], rounding: [number])))
      }
    )
  }

  /// Turns a NumPy array into a tensor.
  ///
  /// - Parameters:
  ///   - file: The array.
  ///   - path: Where it is, for the message.
  ///   - expected: The element type that the model has; decides what NumPy has no name for.
  /// - Returns: The tensor.
  /// - Throws: ``RecordingError/elementType(path:found:expected:)``.
  package static func tensor(
    _ file: NPYFile,
    path: String,
    expected: DataType? = nil
  ) throws -> Tensor {
    if let strings = file.strings() { return Tensor(Shape(file.shape), strings: strings) }
    guard let dtype = DataType(file.elementType, expected: expected) else {
      throw RecordingError.elementType(
        path: path,
        found: file.elementType.descr,
        expected: expected ?? .float32
      )
    }
    let bytes = file.rowMajorBytes()
    let storage = bytes.withUnsafeBytes { TensorStorage(copying: $0) }
    return try Tensor(TensorType(dtype, Shape(file.shape)), storage: storage)
  }

  /// The bytes of a `.npy` file that holds a tensor.
  package static func file(_ tensor: Tensor) -> [UInt8] {
    if tensor.dtype == .string {
      return NPYWriter.file(strings: tensor.strings, shape: tensor.shape.dims)
    }
    return tensor.withBytes { bytes in
      NPYWriter.file(tensor.dtype.numPyType, shape: tensor.shape.dims, bytes: bytes)
    }
  }
}

extension DataType {
  /// The type of a NumPy array's elements; what has no name in NumPy is told by what is expected.
  init?(_ type: NPYElementType, expected: DataType?) {
    let byName: [String: DataType] = [
      "|b1": .bool, "|i1": .int8, "<i2": .int16, "<i4": .int32, "<i8": .int64, "|u1": .uint8,
      "<u2": .uint16, "<u4": .uint32, "<u8": .uint64, "<f2": .float16, "<f4": .float32,
      "<f8": .float64, "<c8": .complex64, "<c16": .complex128,
    ]
    if let expected, expected.numPyType.size == type.size,
      byName[expected.numPyType.descr] == nil
        || expected.bitWidth < 8 && expected.numPyType == type
    {
      self = expected
    } else if let known = byName[type.descr] {
      self = known
    } else {
      return nil
    }
  }

  /// How the elements are written in a `.npy` file; bytes where NumPy has no such type.
  var numPyType: NPYElementType {
    switch self {
    case .bool: NPYElementType(.bool, size: 1)
    case .int8, .int16, .int32, .int64: NPYElementType(.signed, size: byteCount)
    case .uint8, .uint16, .uint32, .uint64: NPYElementType(.unsigned, size: byteCount)
    case .float16, .float32, .float64: NPYElementType(.float, size: byteCount)
    case .complex64, .complex128: NPYElementType(.complex, size: byteCount)
    case .int4, .int2: NPYElementType(.signed, size: 1)
    case .uint4, .uint2: NPYElementType(.unsigned, size: 1)
    default: NPYElementType(.void, size: max(byteCount, 1))
    }
  }
}
