import LaminaCore
import LaminaWire

/// Reads constants.
///
/// - Source: MNN, schema/default/Tensor.fbs, Blob.
enum MNNBlob {
  /// The schema's DataType, and the field of a blob that holds its elements.
  private static let types: [Int: (dtype: DataType, field: Int)] = [
    1: (.float32, 7), 3: (.int32, 5), 4: (.uint8, 3), 5: (.int16, 3), 6: (.int8, 4),
    9: (.int64, 6), 10: (.bool, 5), 11: (.int8, 4), 12: (.uint8, 3), 14: (.bfloat16, 3),
    19: (.float16, 3),
  ]

  /// Returns the element type of a number of the schema; `nil` when there is none.
  static func dtype(_ number: Int) -> DataType? {
    number == 2 ? .float64 : types[number]?.dtype
  }

  static func format(_ blob: FlatTable) throws -> MNNDataFormat {
    MNNDataFormat(rawValue: try blob.byte(1)) ?? .unknown
  }

  /// Returns the elements of a blob; one that states no lengths has rank 0 or 1.
  static func tensor(
    _ blob: FlatTable,
    _ op: MNNOperator,
    _ builder: MNNGraphBuilder
  ) throws -> Tensor {
    let number = try blob.int(2, default: 1)
    guard let (dtype, field) = types[number] else {
      throw MNNUnsupported(reason: "elements of type \(number)")
    }
    let dims = try blob.ints(0)
    guard (dims ?? []).allSatisfy({ $0 >= 0 }), (dims ?? []).count <= 16 else {
      throw MNNUnsupported(reason: "lengths \(dims ?? [])")
    }
    // Truth values are stored as whole numbers.
    let stored = dtype == .bool ? DataType.int32 : dtype
    var view = try blob.view(field, elementSize: field == 3 || field == 4 ? 1 : stored.byteCount)
    if view == nil, let range = try blob.integers(9, of: Int64.self) {
      view = try builder.external(range, op)
    }
    guard let view else {
      return try Tensor(zeros: dtype, Shape(dims ?? [0]))
    }
    let count = view.count / stored.byteCount
    let shape = dims.map { Shape($0) } ?? (count == 1 ? [] : [count])
    let tensor = try Self.tensor(view, stored, shape)
    return try dtype == .bool ? tensor.cast(to: .bool) : tensor
  }

  /// Returns bytes of the file as a tensor.
  static func tensor(_ view: ByteView, _ dtype: DataType, _ shape: Shape) throws -> Tensor {
    try Tensor(
      TensorType(dtype, shape),
      storage: TensorStorage(borrowing: view.start, byteCount: view.count, owner: view.owner)
    )
  }
}
