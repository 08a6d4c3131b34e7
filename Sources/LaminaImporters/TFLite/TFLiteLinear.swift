import LaminaCore
import LaminaOperators

extension TFLiteImporter {
  /// Matrix products.
  static let linear: [TFLiteRule] = [
    TFLiteRule("FULLY_CONNECTED", fullyConnected),
    TFLiteRule("BATCH_MATMUL") { node in
      MatMul(transposesA: try node.bool(0), transposesB: try node.bool(1))
    },
  ]

  @Sendable private static func fullyConnected(_ node: TFLiteNode) throws -> any Operator {
    try node.requireInputs(2...3)
    guard try node.byte(1) == 0 else { throw TFLiteUnsupported(reason: "shuffled weights") }
    try node.fuseActivation(0)
    return FullyConnected(keepsDimensions: try node.bool(2))
  }
}
