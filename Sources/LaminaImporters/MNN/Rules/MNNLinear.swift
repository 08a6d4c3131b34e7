import LaminaCore
import LaminaOperators
import LaminaWire

extension MNNImporter {
  /// Products of matrices.
  static let linear: [MNNRule] = [
    MNNRule("MatMul", matMul),
    MNNRule("BatchMatMul") { op, builder in
      let engine = MatMul(transposesA: try op.bool(0), transposesB: try op.bool(1))
      try builder.emit(op, engine, builder.inputs(op))
    },
    MNNRule("InnerProduct", innerProduct),
    MNNRule("LSTM") { _, _ in throw MNNUnsupported(reason: "weights in blobs of its own") },
  ]

  /// A third input is a bias.
  @Sendable private static func matMul(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    let engine = MatMul(transposesA: try op.bool(1), transposesB: try op.bool(2))
    let inputs = try builder.inputs(op)
    guard inputs.count > 2 else { return try builder.emit(op, engine, inputs) }
    let product = try builder.step(op, "product", engine, Array(inputs.prefix(2)))
    try builder.emit(op, BinaryElementwise(.add), [product, inputs[2]])
  }

  /// Axes from `axis` on are one line; weights are O×I.
  @Sendable private static func innerProduct(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    let outputs = try op.int(0)
    guard outputs > 0, let view = try op.main?.view(3, elementSize: 4),
      (view.count / 4).isMultiple(of: outputs)
    else { throw MNNUnsupported(reason: "no weights of numbers") }
    let shape: Shape = [outputs, view.count / 4 / outputs]
    let weights = try MNNBlob.tensor(view, .float32, shape)
    let line = try builder.step(
      op,
      "line",
      Flatten(axis: max(try op.int(5), 1)),
      [builder.input(op)]
    )
    var inputs: [ValueID?] = [line, builder.constant(op, "weight", weights)]
    if let bias = try op.main?.view(4, elementSize: 4), bias.count == 4 * outputs {
      inputs.append(builder.constant(op, "bias", try MNNBlob.tensor(bias, .float32, [outputs])))
    }
    try builder.emit(op, FullyConnected(), inputs)
  }
}
