import LaminaCore
import LaminaWire

extension ONNXTypeProto {
  /// How deep sequences, optionals and maps may lie in each other.
  private static let depthLimit = 16

  /// The engine's type; what the file leaves open is unknown, a free length is `?`.
  ///
  /// - Throws: ``ImportError`` for lengths and element types that cannot be.
  func valueType(place: String, depth: Int = 0) throws(ImportError) -> ValueType {
    guard depth < Self.depthLimit else {
      throw .invalid(
        place: place,
        expected: "at most \(Self.depthLimit) types in each other",
        found: "more"
      )
    }
    switch value {
    case .tensorType(let tensor), .sparseTensorType(let tensor):
      return try tensor.valueType(place: place)
    case .sequenceType(let sequence):
      return .sequence(try sequence.elemType.valueType(place: place, depth: depth + 1))
    case .optionalType(let optional):
      return .optional(try optional.elemType.valueType(place: place, depth: depth + 1))
    case .mapType(let map):
      let value = try map.valueType.valueType(place: place, depth: depth + 1)
      return .map(key: map.keyType.dtype ?? .int64, value: value)
    case nil:
      return .unknown
    }
  }
}

extension ONNXTypeProto.Tensor {
  fileprivate func valueType(place: String) throws(ImportError) -> ValueType {
    if elemType == .undefined { return .unknown }
    guard let dtype = elemType.dtype else {
      throw .invalid(
        place: place,
        expected: "a known element type",
        found: "type \(elemType.rawValue)"
      )
    }
    guard hasShape else { return .tensor(TensorType(dtype, .unranked)) }
    guard shape.dim.count <= ONNXTensorReader.rankLimit else {
      throw .invalid(
        place: place,
        expected: "at most \(ONNXTensorReader.rankLimit) axes",
        found: "\(shape.dim.count)"
      )
    }
    let lengths = shape.dim.map { dim in
      // Exporters write 0 or a negative number, too, for a length that is free.
      guard case .dimValue(let length) = dim.value, length > 0 else { return Shape.unknown }
      return Int(length)
    }
    return .tensor(TensorType(dtype, Shape(lengths)))
  }
}
