/// A Swift type that a tensor's memory can be read as.
package protocol TensorElement: Sendable {
  static var dtype: DataType { get }
}

/// A tensor element that can be converted to and from real numbers.
package protocol RealElement: TensorElement {
  /// The value as a double; exact but for 64-bit integers above 2⁵³.
  var asDouble: Double { get }
  /// Converts, rounding to nearest for floats, and toward zero and to the range for integers.
  init(clamping value: Double)
}

/// A floating-point element that arithmetic can be done in directly.
package protocol FloatElement: RealElement, BinaryFloatingPoint {}

/// A whole-number element.
package protocol IntegerElement: RealElement, FixedWidthInteger {}

extension Float: FloatElement {
  package static var dtype: DataType { .float32 }
  package var asDouble: Double { Double(self) }
  package init(clamping value: Double) { self = Float(value) }
}

extension Double: FloatElement {
  package static var dtype: DataType { .float64 }
  package var asDouble: Double { self }
  package init(clamping value: Double) { self = value }
}

extension BFloat16: RealElement {
  package static var dtype: DataType { .bfloat16 }
  package var asDouble: Double { Double(float) }
  package init(clamping value: Double) { self.init(Float(value)) }
}

#if !(os(macOS) && arch(x86_64))
extension Float16 {
  /// The same number, by arithmetic that becomes vector code: without F16C, the language's own
  /// conversion is a call for each element.
  package var widened: Float {
    let magnitude = UInt32(bitPattern & 0x7fff) << 13
    // Takes the exponent's bias from 15 to 127; subnormal numbers become normal ones.
    var bits = (Float(bitPattern: magnitude) * 0x1p112).bitPattern
    if magnitude >= 0x7c00 << 13 { bits |= 0x7f80_0000 }
    return Float(bitPattern: bits | UInt32(bitPattern & 0x8000) << 16)
  }
}

extension Float16: FloatElement {
  package static var dtype: DataType { .float16 }
  package var asDouble: Double { Double(self) }
  package init(clamping value: Double) { self = Float16(value) }
}
#endif

extension IntegerElement {
  package var asDouble: Double { Double(self) }
  package init(clamping value: Double) {
    if value.isNaN {
      self = 0
    } else if let exact = Self(exactly: value.rounded(.towardZero)) {
      self = exact
    } else {
      self = value < 0 ? .min : .max
    }
  }
}

extension Int8: IntegerElement { package static var dtype: DataType { .int8 } }
extension Int16: IntegerElement { package static var dtype: DataType { .int16 } }
extension Int32: IntegerElement { package static var dtype: DataType { .int32 } }
extension Int64: IntegerElement { package static var dtype: DataType { .int64 } }
extension UInt8: IntegerElement { package static var dtype: DataType { .uint8 } }
extension UInt16: IntegerElement { package static var dtype: DataType { .uint16 } }
extension UInt32: IntegerElement { package static var dtype: DataType { .uint32 } }
extension UInt64: IntegerElement { package static var dtype: DataType { .uint64 } }

extension Bool: RealElement {
  package static var dtype: DataType { .bool }
  package var asDouble: Double { self ? 1 : 0 }
  package init(clamping value: Double) { self = value != 0 }
}

/// An integer type with no Swift type of its own, one element a byte.
package protocol PackedIntegerElement: RealElement {
  static var range: ClosedRange<Int> { get }
  var byte: Int8 { get }
  init(byte: Int8)
}

extension PackedIntegerElement {
  package var asDouble: Double { Double(byte) }
  package init(clamping value: Double) {
    let clamped =
      value.isNaN
      ? 0 : min(max(value, Double(Self.range.lowerBound)), Double(Self.range.upperBound))
    self.init(byte: Int8(clamped))
  }
}

package struct Int4: PackedIntegerElement {
  package static var dtype: DataType { .int4 }
  package static var range: ClosedRange<Int> { -8...7 }
  package var byte: Int8
  package init(byte: Int8) { self.byte = byte }
}

package struct UInt4: PackedIntegerElement {
  package static var dtype: DataType { .uint4 }
  package static var range: ClosedRange<Int> { 0...15 }
  package var byte: Int8
  package init(byte: Int8) { self.byte = byte }
}

package struct Int2: PackedIntegerElement {
  package static var dtype: DataType { .int2 }
  package static var range: ClosedRange<Int> { -2...1 }
  package var byte: Int8
  package init(byte: Int8) { self.byte = byte }
}

package struct UInt2: PackedIntegerElement {
  package static var dtype: DataType { .uint2 }
  package static var range: ClosedRange<Int> { 0...3 }
  package var byte: Int8
  package init(byte: Int8) { self.byte = byte }
}

/// A float of 8 bits or fewer, one element a byte.
package protocol SmallFloatElement: RealElement {
  static var format: SmallFloatFormat { get }
  var code: UInt8 { get }
  init(code: UInt8)
}

extension SmallFloatElement {
  package var asDouble: Double { Double(Self.format.decode(code)) }
  package init(clamping value: Double) { self.init(code: Self.format.encode(Float(value))) }
}

package struct Float8E4M3FN: SmallFloatElement {
  package static var dtype: DataType { .float8e4m3fn }
  package static var format: SmallFloatFormat { .e4m3fn }
  package var code: UInt8
  package init(code: UInt8) { self.code = code }
}

package struct Float8E4M3FNUZ: SmallFloatElement {
  package static var dtype: DataType { .float8e4m3fnuz }
  package static var format: SmallFloatFormat { .e4m3fnuz }
  package var code: UInt8
  package init(code: UInt8) { self.code = code }
}

package struct Float8E5M2: SmallFloatElement {
  package static var dtype: DataType { .float8e5m2 }
  package static var format: SmallFloatFormat { .e5m2 }
  package var code: UInt8
  package init(code: UInt8) { self.code = code }
}

package struct Float8E5M2FNUZ: SmallFloatElement {
  package static var dtype: DataType { .float8e5m2fnuz }
  package static var format: SmallFloatFormat { .e5m2fnuz }
  package var code: UInt8
  package init(code: UInt8) { self.code = code }
}

package struct Float4E2M1: SmallFloatElement {
  package static var dtype: DataType { .float4e2m1 }
  package static var format: SmallFloatFormat { .e2m1 }
  package var code: UInt8
  package init(code: UInt8) { self.code = code }
}

/// A power of two from 2⁻¹²⁷ to 2¹²⁷: an exponent alone; code 255 is NaN.
package struct Float8E8M0: RealElement {
  package static var dtype: DataType { .float8e8m0 }
  package var code: UInt8
  package init(code: UInt8) { self.code = code }

  package var asDouble: Double {
    code == 255 ? .nan : Double(sign: .plus, exponent: Int(code) - 127, significand: 1)
  }

  package init(clamping value: Double) {
    if value.isNaN {
      code = 255
    } else if value <= 0 {
      code = 0
    } else if value.isInfinite {
      code = 254
    } else {
      let up = value.significand >= 1.5 ? 1 : 0
      code = UInt8(min(max(Int(value.exponent) + up + 127, 0), 254))
    }
  }
}

/// A complex number of two floats, real part first, as NumPy and ONNX store it.
package struct Complex<Part: FloatElement>: Sendable {
  package var real: Part
  package var imaginary: Part
  package init(_ real: Part, _ imaginary: Part) {
    self.real = real
    self.imaginary = imaginary
  }
}

extension Complex: TensorElement {
  package static var dtype: DataType { Part.self == Float.self ? .complex64 : .complex128 }
}

extension DataType {
  /// The Swift type of the elements, when they are real numbers.
  package var realElement: (any RealElement.Type)? {
    switch self {
    case .float32: Float.self
    case .float64: Double.self
    case .float16: Float16.self
    case .bfloat16: BFloat16.self
    case .float8e4m3fn: Float8E4M3FN.self
    case .float8e4m3fnuz: Float8E4M3FNUZ.self
    case .float8e5m2: Float8E5M2.self
    case .float8e5m2fnuz: Float8E5M2FNUZ.self
    case .float8e8m0: Float8E8M0.self
    case .float4e2m1: Float4E2M1.self
    case .bool: Bool.self
    case .int4: Int4.self
    case .uint4: UInt4.self
    case .int2: Int2.self
    case .uint2: UInt2.self
    case .string, .complex64, .complex128: nil
    default: integerElement
    }
  }

  /// The Swift type of the elements, when they are whole numbers of 8 bits or more.
  package var integerElement: (any IntegerElement.Type)? {
    switch self {
    case .int8: Int8.self
    case .int16: Int16.self
    case .int32: Int32.self
    case .int64: Int64.self
    case .uint8: UInt8.self
    case .uint16: UInt16.self
    case .uint32: UInt32.self
    case .uint64: UInt64.self
    default: nil
    }
  }
}
