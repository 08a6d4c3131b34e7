/// The type of one element of a tensor.
///
/// Types narrower than a byte take one byte an element in memory; `bitWidth` says what a file
/// stores.
package enum DataType: UInt8, CaseIterable, Sendable {
  case float32, float64, float16, bfloat16
  case float8e4m3fn, float8e4m3fnuz, float8e5m2, float8e5m2fnuz, float8e8m0, float4e2m1
  case int8, int16, int32, int64, uint8, uint16, uint32, uint64
  case int4, uint4, int2, uint2
  case bool, string, complex64, complex128
}

extension DataType {
  /// The name on screens and in JSON, as NumPy and ONNX write it.
  package var name: String {
    switch self {
    case .float8e8m0: "float8e8m0fnu"
    default: "\(self)"
    }
  }

  /// Bits of one element in a file; 0 for strings, whose length varies.
  package var bitWidth: Int {
    switch self {
    case .int2, .uint2: 2
    case .int4, .uint4, .float4e2m1: 4
    case .int8, .uint8, .bool, .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz,
      .float8e8m0:
      8
    case .int16, .uint16, .float16, .bfloat16: 16
    case .int32, .uint32, .float32: 32
    case .int64, .uint64, .float64, .complex64: 64
    case .complex128: 128
    case .string: 0
    }
  }

  /// Bytes of one element in memory; 0 for strings, which are not stored as bytes.
  package var byteCount: Int { (bitWidth + 7) / 8 }

  /// Whether elements are real numbers with an exponent.
  package var isFloatingPoint: Bool {
    switch self {
    case .float32, .float64, .float16, .bfloat16, .float8e4m3fn, .float8e4m3fnuz, .float8e5m2,
      .float8e5m2fnuz, .float8e8m0, .float4e2m1:
      true
    default: false
    }
  }

  /// Whether elements are whole numbers; `bool` is not.
  package var isInteger: Bool { integerRange != nil }

  /// The smallest and largest whole number of an integer type, as far as `Int` reaches.
  package var integerRange: ClosedRange<Int>? {
    switch self {
    case .int2: -2...1
    case .uint2: 0...3
    case .int4: -8...7
    case .uint4: 0...15
    case .int8: -128...127
    case .uint8: 0...255
    case .int16: -32768...32767
    case .uint16: 0...65535
    case .int32: Int(Int32.min)...Int(Int32.max)
    case .uint32: 0...Int(UInt32.max)
    case .int64: Int.min...Int.max
    case .uint64: 0...Int.max
    default: nil
    }
  }

  /// Whether elements can be computed with as real numbers: floating point, integers and `bool`.
  package var isReal: Bool { isFloatingPoint || isInteger || self == .bool }
}
