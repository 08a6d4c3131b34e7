import LaminaCore

extension ONNXTensorProto.DataType {
  /// The engine's type of the same elements; `nil` for undefined, unknown and 6-bit types.
  var dtype: DataType? {
    switch self {
    case .float: .float32
    case .double: .float64
    case .float16: .float16
    case .bfloat16: .bfloat16
    case .float8E4M3Fn: .float8e4m3fn
    case .float8E4M3Fnuz: .float8e4m3fnuz
    case .float8E5M2: .float8e5m2
    case .float8E5M2Fnuz: .float8e5m2fnuz
    case .float8E8M0: .float8e8m0
    case .float4E2M1: .float4e2m1
    case .int8: .int8
    case .int16: .int16
    case .int32: .int32
    case .int64: .int64
    case .uint8: .uint8
    case .uint16: .uint16
    case .uint32: .uint32
    case .uint64: .uint64
    case .int4: .int4
    case .uint4: .uint4
    case .int2: .int2
    case .uint2: .uint2
    case .bool: .bool
    case .string: .string
    case .complex64: .complex64
    case .complex128: .complex128
    case .undefined, .float6E2M3, .float6E3M2, .UNRECOGNIZED: nil
    }
  }
}
