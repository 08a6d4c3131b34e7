import LaminaCore
import LaminaOperators

extension Caffe2GraphBuilder {
  /// Products of matrices.
  static let linear: [Caffe2Rule] = [
    Caffe2Rule("FC", weights: [1, 2], lowering: fullyConnected),
    Caffe2Rule(
      "FCTransposed",
      weights: [1, 2],
      lowering: { node in
        let rows = try node.step(Flatten(axis: 1), [node.input(0)], "flat")
        try node.emit(Gemm(), [rows, node.input(1), node.optionalInput(2)])
      }
    ),
    Caffe2Rule("MatMul") { node in
      MatMul(
        transposesA: try node.bool("trans_a"),
        transposesB: try node.bool("trans_b")
      )
    },
    Caffe2Rule("BatchMatMul") { node in
      MatMul(
        transposesA: try node.bool("trans_a"),
        transposesB: try node.bool("trans_b")
      )
    },
  ]

  /// Axes from the given one on are one line; weights are O×I, whatever axes make up I.
  @Sendable private static func fullyConnected(_ node: Caffe2Node) throws {
    let axis = try node.int("axis", default: 1)
    guard try node.int("axis_w", default: 1) == 1, axis >= 1 else {
      throw Caffe2Unsupported(reason: "an axis before the first")
    }
    var weights = try node.input(1)
    if let tensor = node.constantInput(1), tensor.shape.rank > 2 {
      let matrix = try tensor.reshaped(
        to: [tensor.shape[0], tensor.shape.product(1..<tensor.shape.rank)]
      )
      weights = node.constant(matrix, "matrix")
    }
    let bias = try node.optionalInput(2)
    if axis == 1 {
      return try node.emit(FullyConnected(), [node.input(0), weights, bias])
    }
    guard axis < 64 else { throw node.invalid("an axis below 64", "\(axis)") }
    let kept = [Int](repeating: 0, count: axis)
    let rows = try node.step(Reshape(shape: kept + [-1]), [node.input(0)], "flat")
    try node.emit(FullyConnected(keepsDimensions: true), [rows, weights, bias])
  }
}
