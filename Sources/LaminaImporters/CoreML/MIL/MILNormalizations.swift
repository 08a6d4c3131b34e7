import LaminaCore
import LaminaOperators

extension MILNode {
  /// Normalizations.
  static let normalizations: [MILRule] = [
    MILRule("batch_norm") { node in
      let mean = try node.value("mean")
      let op = BatchNorm(epsilon: try node.float("epsilon", default: 1e-5))
      let (gamma, beta) = try (
        list(node, "gamma", 1, like: mean), list(node, "beta", 0, like: mean)
      )
      return try node.step(op, node.value("x"), gamma, beta, mean, node.value("variance"))
    },
    MILRule("instance_norm") { node in
      let x = try node.value("x")
      let channels = try channelList(node, x)
      let gamma = try list(node, "gamma", 1, like: channels)
      let beta = try list(node, "beta", 0, like: channels)
      let op = InstanceNorm(epsilon: try node.float("epsilon", default: 1e-5))
      return try node.step(op, x, gamma, beta)
    },
    MILRule("layer_norm") { try layerNorm($0) },
    MILRule("l2_norm") { node in
      let x = try node.value("x")
      let op = Reduce(.sumSquare, axes: [-3, -2, -1], keepsDimensions: true)
      let sum = try node.step(op, x)
      let epsilon = try node.double("epsilon", default: 1e-6)
      let shifted = try node.binary(.add, sum, node.scalar(epsilon, like: sum))
      return try node.binary(.div, x, node.unary(.sqrt, shifted))
    },
    MILRule("local_response_norm") { node in
      let op = LRN(
        size: try node.int("size", default: 1),
        alpha: try node.float("alpha", default: 1e-4),
        beta: try node.float("beta", default: 0.75),
        bias: try node.float("k", default: 1)
      )
      return try node.step(op, node.value("x"))
    },
  ]

  /// The numbers of an argument, or as many of one number as another value has.
  private static func list(
    _ node: MILNode,
    _ argument: String,
    _ standard: Double,
    like other: ValueID
  ) throws -> ValueID {
    if let id = try node.optional(argument) { return id }
    let type = node.builder.type(other)
    guard let count = type.shape.elementCount, count < 1 << 24 else {
      throw CoreMLUnsupported(reason: "an unknown count of channels")
    }
    let numbers = [Double](repeating: standard, count: count)
    return node.constant(try Tensor(type.dtype, [count], rounding: numbers))
  }

  /// A list of as many numbers as there are channels.
  private static func channelList(_ node: MILNode, _ x: ValueID) throws -> ValueID {
    let type = node.builder.type(x)
    guard try node.rank(x) >= 2, type.shape[1] > 0, type.shape[1] < 1 << 24 else {
      throw CoreMLUnsupported(reason: "an unknown count of channels")
    }
    return node.constant(try Tensor(zeros: type.dtype, [type.shape[1]]))
  }

  /// Over the last axes by one operator; over others by its parts.
  private static func layerNorm(_ node: MILNode) throws -> ValueID {
    let x = try node.value("x")
    let rank = try node.rank(x)
    let axes = try (node.ints("axes") ?? Array(0..<rank)).map { $0 < 0 ? $0 + rank : $0 }.sorted()
    guard axes.allSatisfy({ (0..<rank).contains($0) }), Set(axes).count == axes.count else {
      throw node.invalid("axes", expected: "axes of rank \(rank)", found: "\(axes)")
    }
    let epsilon = try node.double("epsilon", default: 1e-5)
    let isLast = axes == Array(rank - axes.count..<rank)
    let shape = node.builder.shape(x)
    if isLast, let first = axes.first, axes.allSatisfy({ shape[$0] > 0 }) {
      let lengths = Shape(Array(shape.dims[first...]))
      let type = node.builder.type(x).dtype
      let ones = [Double](repeating: 1, count: try lengths.count())
      let gamma =
        try node.optional("gamma") ?? node.constant(Tensor(type, lengths, rounding: ones))
      let op = LayerNorm(axis: first, epsilon: Float(epsilon))
      return try node.step(op, x, gamma, node.optional("beta"))
    }
    let mean = try node.step(Reduce(.mean, axes: axes, keepsDimensions: true), x)
    let centered = try node.binary(.sub, x, mean)
    let square = try node.unary(.square, centered)
    let variance = try node.step(Reduce(.mean, axes: axes, keepsDimensions: true), square)
    let shifted = try node.binary(.add, variance, node.scalar(epsilon, like: variance))
    var y = try node.binary(.div, centered, node.unary(.sqrt, shifted))
    let lengths = (0..<rank).map { axes.contains($0) ? shape[$0] : 1 }
    if let gamma = try node.optional("gamma") {
      y = try node.binary(.mul, y, node.reshape(gamma, lengths))
    }
    if let beta = try node.optional("beta") {
      y = try node.binary(.add, y, node.reshape(beta, lengths))
    }
    return y
  }
}
