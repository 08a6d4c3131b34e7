import LaminaCore

/// PyTorch's numbers for element types.
enum TorchScalarType {
  private static let all: [DataType?] = [
    .uint8, .int8, .int16, .int32, .int64, .float16, .float32, .float64, nil, .complex64,
    .complex128, .bool, .int8, .uint8, .int32, .bfloat16,
  ]

  /// The element type of a number; quantized ones are their codes.
  static func dtype(_ number: Int) -> DataType? {
    all.indices.contains(number) ? all[number] : nil
  }

  /// The number of an element type.
  static func number(of dtype: DataType) -> Int { all.firstIndex(of: dtype) ?? 6 }

  /// Whether the type of that number holds codes.
  static func isQuantized(_ number: Int) -> Bool { (12...14).contains(number) }

  /// The element type of a storage class: `FloatStorage`.
  static func dtype(ofStorage name: String) -> (dtype: DataType, isQuantized: Bool)? {
    switch name {
    case "FloatStorage": (.float32, false)
    case "DoubleStorage": (.float64, false)
    case "HalfStorage": (.float16, false)
    case "BFloat16Storage": (.bfloat16, false)
    case "LongStorage": (.int64, false)
    case "IntStorage": (.int32, false)
    case "ShortStorage": (.int16, false)
    case "CharStorage": (.int8, false)
    case "ByteStorage": (.uint8, false)
    case "BoolStorage": (.bool, false)
    case "QInt8Storage": (.int8, true)
    case "QUInt8Storage": (.uint8, true)
    case "QInt32Storage": (.int32, true)
    case "ComplexFloatStorage": (.complex64, false)
    case "ComplexDoubleStorage": (.complex128, false)
    default: nil
    }
  }
}
