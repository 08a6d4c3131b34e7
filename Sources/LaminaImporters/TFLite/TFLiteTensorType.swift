import LaminaCore

/// The element types of the schema, by their numbers.
package enum TFLiteTensorType: Int {
  case float32, float16, int32, uint8, int64, string, bool, int16, complex64, int8
  case float64, complex128, uint64, resource, variant, uint32, uint16, int4, bfloat16, int2
  case uint4, float8e4m3fn, float8e5m2

  /// The engine's element type; `nil` for handles, which hold no elements.
  package var dtype: DataType? {
    switch self {
    case .float32: .float32
    case .float16: .float16
    case .bfloat16: .bfloat16
    case .float64: .float64
    case .int2: .int2
    case .int4: .int4
    case .uint4: .uint4
    case .float8e4m3fn: .float8e4m3fn
    case .float8e5m2: .float8e5m2
    case .int8: .int8
    case .int16: .int16
    case .int32: .int32
    case .int64: .int64
    case .uint8: .uint8
    case .uint16: .uint16
    case .uint32: .uint32
    case .uint64: .uint64
    case .bool: .bool
    case .string: .string
    case .complex64: .complex64
    case .complex128: .complex128
    case .resource, .variant: nil
    }
  }
}
