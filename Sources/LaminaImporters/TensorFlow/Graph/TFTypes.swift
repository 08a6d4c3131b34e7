import LaminaCore

extension TFDataType {
  /// The engine's type of the same elements; `nil` for handles and unknown types.
  ///
  /// The quantized types are whole numbers whose range other tensors hold.
  var dtype: DataType? {
    switch self {
    case .dtFloat, .dtFloatRef: .float32
    case .dtDouble, .dtDoubleRef: .float64
    case .dtHalf, .dtHalfRef: .float16
    case .dtBfloat16: .bfloat16
    case .dtFloat8E5M2: .float8e5m2
    case .dtFloat8E4M3Fn: .float8e4m3fn
    case .dtInt8, .dtInt8Ref, .dtQint8: .int8
    case .dtInt16, .dtInt16Ref, .dtQint16: .int16
    case .dtInt32, .dtInt32Ref, .dtQint32: .int32
    case .dtInt64, .dtInt64Ref: .int64
    case .dtUint8, .dtUint8Ref, .dtQuint8: .uint8
    case .dtUint16, .dtQuint16: .uint16
    case .dtUint32: .uint32
    case .dtUint64: .uint64
    case .dtBool, .dtBoolRef: .bool
    case .dtString, .dtStringRef: .string
    case .dtComplex64: .complex64
    case .dtComplex128: .complex128
    default: nil
    }
  }
}

extension TFTensorShapeProto {
  /// The most axes that a tensor may have; TensorFlow itself stops at 254.
  static let rankLimit = 64

  /// The shape, with unknown lengths and perhaps an unknown rank.
  ///
  /// - Throws: ``ImportError`` for more axes than are accepted.
  func shape(place: String) throws(ImportError) -> Shape {
    if unknownRank { return .unranked }
    guard dim.count <= Self.rankLimit else {
      throw .overLimit(place: "the axes of \(place)", limit: Self.rankLimit)
    }
    return Shape(dim.map { max(Int(clamping: $0.size), Shape.unknown) })
  }
}
