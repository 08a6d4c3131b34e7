import LaminaCore
import LaminaWire

/// Reads the `.pb` files of ONNX test data: one tensor, sequence, optional or map each.
package enum ONNXTensorFile {
  /// Returns the value in `file`, which holds the message that goes with `type`.
  ///
  /// A bare tensor or sequence is also taken for an optional that is there.
  ///
  /// - Throws: ``ImportError`` when the bytes are not such a message.
  package static func read(_ file: ModelFile, as type: ValueType) throws(ImportError) -> Datum {
    let values = ONNXValueReader(tensors: ONNXTensorReader(file: file))
    switch type {
    case .tensor, .unknown:
      return .tensor(try values.tensors.tensor(ONNXModel.decode(.tensor, file.bytes)))
    case .sequence:
      return try values.sequence(ONNXModel.decode(.sequence, file.bytes))
    case .map:
      return try values.map(ONNXModel.decode(.map, file.bytes))
    case .optional(let inner):
      guard isOptional(file) else { return .optional(try read(file, as: inner)) }
      return try values.optional(ONNXModel.decode(.optional, file.bytes))
    }
  }

  /// Whether the outermost fields are those of an optional: its kind, but no tensor's dims or type
  /// of elements beyond the five kinds.
  private static func isOptional(_ file: ModelFile) -> Bool {
    guard let proto: ONNXOptionalProto = try? ONNXModel.decode(.optional, file.bytes) else {
      return false
    }
    switch proto.elemType {
    case .tensor: return proto.hasTensorValue || proto.isBare
    case .sparseTensor: return proto.hasSparseTensorValue || proto.isBare
    case .sequence: return proto.hasSequenceValue || proto.isBare
    case .map: return proto.hasMapValue || proto.isBare
    case .optional: return proto.hasOptionalValue || proto.isBare
    case .undefined: return proto.isBare
    case .UNRECOGNIZED: return false
    }
  }
}

extension ONNXOptionalProto {
  /// Whether nothing is inside.
  fileprivate var isBare: Bool {
    !(hasTensorValue || hasSparseTensorValue || hasSequenceValue || hasMapValue || hasOptionalValue)
  }
}

/// Turns the messages of containers into values.
private struct ONNXValueReader {
  let tensors: ONNXTensorReader

  func sequence(_ proto: ONNXSequenceProto) throws(ImportError) -> Datum {
    var elements: [Datum] = []
    for value in proto.tensorValues { elements.append(.tensor(try tensors.tensor(value))) }
    for value in proto.sparseTensorValues { elements.append(.tensor(try tensors.dense(value))) }
    for value in proto.sequenceValues { elements.append(try sequence(value)) }
    for value in proto.mapValues { elements.append(try map(value)) }
    for value in proto.optionalValues { elements.append(try optional(value)) }
    return .sequence(elements)
  }

  func optional(_ proto: ONNXOptionalProto) throws(ImportError) -> Datum {
    if proto.hasTensorValue { return .optional(.tensor(try tensors.tensor(proto.tensorValue))) }
    if proto.hasSparseTensorValue {
      return .optional(.tensor(try tensors.dense(proto.sparseTensorValue)))
    }
    if proto.hasSequenceValue { return .optional(try sequence(proto.sequenceValue)) }
    if proto.hasMapValue { return .optional(try map(proto.mapValue)) }
    if proto.hasOptionalValue { return .optional(try optional(proto.optionalValue)) }
    return .optional(nil)
  }

  func map(_ proto: ONNXMapProto) throws(ImportError) -> Datum {
    let keys: [Datum.MapKey] =
      proto.keyType == .string
      ? proto.stringKeys.map { .string(String(decoding: $0, as: UTF8.self)) }
      : proto.keys.map { .int(Int($0)) }
    guard case .sequence(let values) = try sequence(proto.values), values.count == keys.count else {
      throw .invalid(place: "a map", expected: "\(keys.count) values", found: "another number")
    }
    return .map(zip(keys, values).map { (key: $0, value: $1) })
  }
}
