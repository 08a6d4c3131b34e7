/// What a value is while running: a tensor, or a container.
package indirect enum Datum: Sendable {
  case tensor(Tensor)
  case sequence([Datum])
  case optional(Datum?)
  /// Keys and values in the order of insertion.
  case map([(key: MapKey, value: Datum)])

  /// A key of a map.
  package enum MapKey: Hashable, Sendable {
    case int(Int)
    case string(String)
  }

  /// The tensor.
  ///
  /// - Throws: ``ShapeError/other(_:)`` when it is a container.
  package var tensor: Tensor {
    get throws(ShapeError) {
      switch self {
      case .tensor(let tensor): return tensor
      case .optional(.some(let datum)): return try datum.tensor
      case .optional(.none): throw .other("expected a tensor, found an empty optional")
      case .sequence: throw .other("expected a tensor, found a sequence")
      case .map: throw .other("expected a tensor, found a map")
      }
    }
  }

  /// The elements of a sequence.
  package var sequence: [Datum] {
    get throws(ShapeError) {
      switch self {
      case .sequence(let elements): return elements
      case .optional(.some(let datum)): return try datum.sequence
      default: throw .other("expected a sequence, found something else")
      }
    }
  }

  package var type: ValueType {
    switch self {
    case .tensor(let tensor): .tensor(tensor.type)
    case .sequence(let elements): .sequence(.common(of: elements.map(\.type)))
    case .optional(let datum): .optional(datum?.type ?? .unknown)
    case .map(let pairs):
      .map(key: pairs.first.map(\.key.dtype) ?? .int64, value: pairs.first?.value.type ?? .unknown)
    }
  }
}

extension Datum.MapKey {
  package var dtype: DataType {
    switch self {
    case .int: .int64
    case .string: .string
    }
  }
}
