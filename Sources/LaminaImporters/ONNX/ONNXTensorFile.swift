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
      guard isOptional(file, of: inner) else { return .optional(try read(file, as: inner)) }
      return try values.optional(ONNXModel.decode(.optional, file.bytes))
    }
  }

  /// Whether the outermost fields are those of an optional that holds, or could hold, an `inner`.
  ///
  /// The messages are told apart by the one field in which an optional keeps values of that kind;
  /// an empty one has no fields but its name and kind.
  private static func isOptional(_ file: ModelFile, of inner: ValueType) -> Bool {
    let (kind, place): (ONNXElementKind, Int) =
      switch inner {
      case .tensor, .unknown: (.tensor, 3)
      case .sequence: (.sequence, 5)
      case .map: (.map, 6)
      case .optional: (.optional, 7)
      }
    guard let proto: ONNXOptionalProto = try? ONNXModel.decode(.optional, file.bytes),
      proto.elemType == kind || proto.elemType == .undefined
    else { return false }
    return file.bytes.withUnsafeBytes { bytes in
      var reader = ProtobufReader(bytes)
      while let field = try? reader.next() {
        switch (field.number, field.encoding) {
        case (1, .delimited), (2, .varint), (place, .delimited): continue
        default: return false
        }
      }
      return true
    }
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
