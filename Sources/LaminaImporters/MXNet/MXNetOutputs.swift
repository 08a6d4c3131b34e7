import LaminaCore
import LaminaOperators

extension MXNetGraphBuilder {
  /// Operators that end a graph; their labels serve training only.
  static let outputs: [MXNetRule] = [
    MXNetRule("SoftmaxOutput", labels: [1], lowering: softmaxOutput),
    MXNetRule("Softmax", labels: [1], lowering: softmaxOutput),
    MXNetRule("LinearRegressionOutput", labels: [1], lowering: pass),
    MXNetRule("MAERegressionOutput", labels: [1], lowering: pass),
    MXNetRule("SVMOutput", labels: [1], lowering: pass),
    MXNetRule(
      "LogisticRegressionOutput",
      labels: [1],
      lowering: { node in
        try node.emit(UnaryElementwise(.sigmoid), [node.input(0)])
      }
    ),
    MXNetRule("MakeLoss", lowering: pass),
    MXNetRule("make_loss", lowering: pass),
  ]

  @Sendable private static func pass(_ node: MXNetNode) throws {
    try node.emit(Identity(), [node.input(0)])
  }

  /// Over the channels, over the last axis, or over all of an image.
  @Sendable private static func softmaxOutput(_ node: MXNetNode) throws {
    let op: Softmax =
      node.bool("multi_output")
      ? Softmax(axis: 1)
      : node.bool("preserve_shape") ? Softmax(axis: -1) : Softmax(axis: 1, flattens: true)
    try node.emit(op, [node.input(0)])
  }
}
