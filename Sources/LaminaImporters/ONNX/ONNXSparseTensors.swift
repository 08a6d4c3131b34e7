import LaminaCore
import LaminaWire

extension ONNXTensorReader {
  /// The largest dense form a sparse tensor may ask for: its few bytes say nothing of the size.
  static let denseLimit = 256 << 20

  /// Returns a sparse tensor's elements with zeros between them.
  ///
  /// Positions are row-major element numbers (rank 1), or one row of coordinates each (rank 2).
  ///
  /// - Throws: ``ImportError`` when values and positions do not fit each other or the shape.
  func dense(_ proto: ONNXSparseTensorProto) throws(ImportError) -> Tensor {
    let place = Self.place(proto.values)
    let values = try tensor(proto.values)
    let indices = try tensor(proto.indices)
    let type = TensorType(values.dtype, try Self.shape(proto.dims, place: place))
    guard let size = type.byteCount, size <= Self.denseLimit, values.dtype != .string else {
      throw .invalid(
        place: place,
        expected: "numbers of at most \(Self.denseLimit) bytes in all",
        found: "\(type)"
      )
    }
    let positions = try Self.positions(indices, in: type.shape, count: values.count, place: place)
    let width = values.dtype.byteCount
    var result = [UInt8](repeating: 0, count: size)
    values.withBytes { source in
      for (index, position) in positions.enumerated() {
        result.replaceSubrange(
          (position * width)..<((position + 1) * width),
          with: source[(index * width)..<((index + 1) * width)]
        )
      }
    }
    return try Self.make(type, result, place)
  }

  private static func positions(
    _ indices: Tensor,
    in shape: Shape,
    count: Int,
    place: String
  ) throws(ImportError) -> [Int] {
    let isLinear = indices.shape.rank == 1
    let lengths = isLinear ? [shape.elementCount ?? 0] : shape.dims
    let strides = isLinear ? [1] : shape.strides
    guard indices.dtype == .int64, indices.count == count * lengths.count else {
      throw .invalid(place: place, expected: "one int64 position a value", found: "\(indices.type)")
    }
    let numbers = indices.withBytes { bytes in
      (0..<indices.count).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: Int64.self) }
    }
    var positions = [Int](repeating: 0, count: count)
    for (index, number) in numbers.enumerated() {
      let axis = index % lengths.count
      guard number >= 0, number < lengths[axis] else {
        throw .invalid(place: place, expected: "a position inside \(shape)", found: "\(number)")
      }
      positions[index / lengths.count] += Int(number) * strides[axis]
    }
    return positions
  }
}
