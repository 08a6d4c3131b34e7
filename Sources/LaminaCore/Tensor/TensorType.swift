/// Everything known of a tensor before running.
package struct TensorType: Sendable {
  package var dtype: DataType
  package var shape: Shape
  /// How the elements stand for real numbers; `nil` when they stand for themselves.
  package var quantization: Quantization?
  /// The elements themselves, where they are known before the run.
  ///
  /// Constants have them, and what follows from shapes alone. Shape rules read targets, axes and sizes from here.
  package var contents: Tensor?

  package init(
    _ dtype: DataType,
    _ shape: Shape,
    quantization: Quantization? = nil,
    contents: Tensor? = nil
  ) {
    self.dtype = dtype
    self.shape = shape
    self.quantization = quantization
    self.contents = contents
  }

  /// Returns the same type with another shape, without contents.
  package func with(shape: Shape) -> TensorType {
    TensorType(dtype, shape, quantization: quantization)
  }

  /// Returns the same shape with another element type, without quantization and contents.
  package func with(dtype: DataType) -> TensorType { TensorType(dtype, shape) }

  /// Bytes of the elements in memory, or `nil` when the shape is not known or too large.
  package var byteCount: Int? {
    guard let count = shape.elementCount else { return nil }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: max(dtype.byteCount, 1))
    return overflow ? nil : bytes
  }

  /// Bytes of the elements as a file packs them, or `nil` when the shape is not known.
  package var packedByteCount: Int? {
    guard dtype.bitWidth % 8 != 0, let count = shape.elementCount else { return byteCount }
    let (bits, overflow) = count.multipliedReportingOverflow(by: dtype.bitWidth)
    return overflow ? nil : (bits + 7) / 8
  }

  /// Whether the elements are whole numbers that stand for real ones.
  package var isQuantized: Bool { quantization != nil && dtype.isInteger }
}

extension TensorType: Equatable {
  /// Compares what the type says; contents are not compared.
  package static func == (a: TensorType, b: TensorType) -> Bool {
    a.dtype == b.dtype && a.shape == b.shape && a.quantization == b.quantization
  }
}

extension TensorType: CustomStringConvertible {
  package var description: String { "\(dtype.name) \(shape)" }
}

/// The type of a value in a graph: a tensor, or a container of values.
package indirect enum ValueType: Equatable, Sendable {
  case tensor(TensorType)
  case sequence(ValueType)
  case optional(ValueType)
  case map(key: DataType, value: ValueType)
  /// Nothing is known, as behind an unknown operator.
  case unknown

  /// The tensor's type; for anything else a tensor type of unknown rank.
  package var tensor: TensorType? {
    if case .tensor(let type) = self { return type }
    return nil
  }
}

extension ValueType {
  /// The type that holds for each of several values: lengths that differ are unknown.
  package static func common(of types: [ValueType]) -> ValueType {
    guard let first = types.first else { return .unknown }
    return types.dropFirst().reduce(first) { known, type in
      guard case .tensor(var a) = known, case .tensor(let b) = type, a.dtype == b.dtype else {
        return known == type ? known : .unknown
      }
      guard a.shape.isRanked, b.shape.isRanked, a.shape.rank == b.shape.rank else {
        return .tensor(TensorType(a.dtype, .unranked))
      }
      for axis in 0..<a.shape.rank where a.shape[axis] != b.shape[axis] {
        a.shape[axis] = Shape.unknown
      }
      return .tensor(a.with(shape: a.shape))
    }
  }
}

extension ValueType: CustomStringConvertible {
  package var description: String {
    switch self {
    case .tensor(let type): "\(type)"
    case .sequence(let element): "sequence of \(element)"
    case .optional(let element): "optional \(element)"
    case .map(let key, let value): "map of \(key.name) to \(value)"
    case .unknown: "?"
    }
  }
}
