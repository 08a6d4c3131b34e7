import LaminaCore
import LaminaOperators

extension Caffe2GraphBuilder {
  /// Normalizations.
  static let normalizations: [Caffe2Rule] = [
    Caffe2Rule("SpatialBN", weights: [1, 2, 3, 4], lowering: batchNorm),
    Caffe2Rule(
      "InstanceNorm",
      weights: [1, 2],
      lowering: { node in
        let op = InstanceNorm(
          epsilon: try node.float("epsilon", default: 1e-5),
          layout: try node.layout()
        )
        try node.emit(op, [node.input(0), node.input(1), node.input(2)])
      }
    ),
    Caffe2Rule(
      "LRN",
      lowering: { node in
        let op = LRN(
          size: try node.int("size", default: 5),
          alpha: try node.float("alpha", default: 1e-4),
          beta: try node.float("beta", default: 0.75),
          bias: try node.float("bias", default: 1),
          layout: try node.layout()
        )
        // The second output, for training, is not written.
        try node.emit(op, [node.input(0)])
      }
    ),
    Caffe2Rule("AffineChannel", weights: [1, 2], lowering: affineChannel),
    Caffe2Rule("Normalize") { LpNormalization(axis: try $0.int("axis", default: -1)) },
    Caffe2Rule("NormalizeL1") { LpNormalization(axis: try $0.int("axis", default: -1), power: 1) },
  ]

  /// Inputs are x, scale, bias, and in a run for predictions mean and variance.
  @Sendable private static func batchNorm(_ node: Caffe2Node) throws {
    guard node.inputCount >= 5 else {
      throw Caffe2Unsupported(reason: "the mean and variance of a batch in training")
    }
    let rank = try node.rank()
    let op = BatchNorm(
      epsilon: try node.float("epsilon", default: 1e-5),
      axis: try node.layout() == .channelsFirst ? 1 : rank - 1
    )
    try node.emit(op, (0..<5).map { try node.input($0) })
  }

  /// A scale and a bias for each channel.
  @Sendable private static func affineChannel(_ node: Caffe2Node) throws {
    let rank = try node.rank()
    let isFirst = try node.layout() == .channelsFirst
    func spread(_ position: Int, _ name: String) throws -> ValueID {
      guard isFirst, let tensor = node.constantInput(position) else {
        guard !isFirst else { throw Caffe2Unsupported(reason: "a scale that is data") }
        return try node.input(position)
      }
      let ones = [Int](repeating: 1, count: max(rank - 2, 0))
      return node.constant(try tensor.reshaped(to: Shape([tensor.count] + ones)), name)
    }
    let scaled = try node.step(
      BinaryElementwise(.mul),
      [node.input(0), spread(1, "scale")],
      "scaled"
    )
    try node.emit(BinaryElementwise(.add), [scaled, spread(2, "bias")])
  }
}
