import LaminaCore
import LaminaOperators

extension MNNImporter {
  /// Where tensors come from.
  static let sources: [MNNRule] = [
    MNNRule("Input", input),
    MNNRule("Const", constant),
    MNNRule("TrainableParam", constant),
    MNNRule("Fill") { op, builder in
      try builder.emit(op, Fill(), builder.inputs(op))
    },
    MNNRule("Range") { op, builder in
      try builder.emit(op, ArithmeticRange(), builder.inputs(op))
    },
    MNNRule("ZerosLike") { op, builder in
      let engine = UnaryElementwise(.affine(alpha: 0, beta: 0))
      try builder.emit(op, engine, [builder.input(op)])
    },
    MNNRule("OneHot") { op, builder in
      try builder.emit(op, OneHot(axis: try op.int(1, default: -1)), builder.inputs(op))
    },
  ]

  @Sendable private static func input(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    let number = try op.int(1, default: 1)
    guard let dtype = MNNBlob.dtype(number) else {
      throw ImportError.unsupported(place: op.place, found: "elements of type \(number)")
    }
    let dims = try op.ints(0) ?? []
    guard dims.count <= 16 else { throw ImportError.overLimit(place: op.place, limit: 16) }
    let shape = Shape(dims.map { $0 > 0 ? $0 : Shape.unknown })
    let format = MNNDataFormat(rawValue: try op.byte(2, default: 2)) ?? .unknown
    try builder.addInput(op, TensorType(dtype, shape), format)
  }

  @Sendable private static func constant(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    guard let blob = op.main else { throw MNNUnsupported(reason: "no elements") }
    builder.define(op, try MNNBlob.tensor(blob, op, builder), try MNNBlob.format(blob))
  }
}
