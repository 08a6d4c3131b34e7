import LaminaCore
import LaminaOperators

extension NcnnImporter {
  /// Functions of one number that follow from the layer's type.
  static let activations: [NcnnRule] = [
    function("AbsVal") { _ in .abs },
    function("BNLL") { _ in .softplus },
    function("CELU") { .celu(alpha: Double($0.float(0, default: 1))) },
    function("ELU") { .elu(alpha: Double($0.float(0, default: 0.1))) },
    function("Erf") { _ in .erf },
    function("GELU") { $0.int(0) != 0 ? .geluTanh : .gelu },
    function("HardSigmoid") {
      .hardSigmoid(
        alpha: Double($0.float(0, default: 0.2)),
        beta: Double($0.float(1, default: 0.5))
      )
    },
    function("Mish") { _ in .mish },
    function("SELU") {
      .selu(
        alpha: Double($0.float(0, default: 1.673_263_24)),
        gamma: Double($0.float(1, default: 1.050_700_987))
      )
    },
    function("Shrink") {
      .shrink(bias: Double($0.float(0)), lambda: Double($0.float(1, default: 0.5)))
    },
    function("Sigmoid") { _ in .sigmoid },
    function("Softplus") { _ in .softplus },
    function("Swish") { _ in .swish(alpha: 1) },
    function("TanH") { _ in .tanh },
    NcnnRule("Clip") { layer, builder in
      let low = Double(layer.float(0, default: -.greatestFiniteMagnitude))
      let high = Double(layer.float(1, default: .greatestFiniteMagnitude))
      try builder.emit(layer, Clip(low: low, high: high), [builder.input(layer)])
    },
    NcnnRule("Dropout") { layer, builder in
      let scale = layer.float(0, default: 1)
      let op: any Operator =
        scale == 1 ? Identity() : UnaryElementwise(.affine(alpha: Double(scale), beta: 0))
      try builder.emit(layer, op, [builder.input(layer)])
    },
    NcnnRule("HardSwish") { layer, builder in
      try builder.emitHardSwish(
        layer,
        builder.input(layer),
        alpha: layer.float(0, default: 0.2),
        beta: layer.float(1, default: 0.5)
      )
    },
    NcnnRule("PReLU", prelu),
    NcnnRule("ReLU") { layer, builder in
      let slope = layer.float(0)
      let op = UnaryElementwise(slope == 0 ? .relu : .leakyRelu(slope: Double(slope)))
      try builder.emit(layer, op, [builder.input(layer)])
    },
    NcnnRule("Threshold") { layer, builder in
      let limit = builder.constant(layer, "threshold", Tensor(scalar: layer.float(0)))
      let x = try builder.input(layer)
      let isAbove = try builder.step(layer, "above", BinaryElementwise(.greater), [x, limit])
      try builder.emit(layer, Cast(to: .float32), [isAbove])
    },
    NcnnRule("GLU") { layer, builder in
      let x = try builder.input(layer)
      let split = Split(axis: layer.engineAxis(0), count: 2)
      let halves = try builder.steps(layer, ["values", "gates"], split, [x])
      let gate = try builder.step(layer, "gate", UnaryElementwise(.sigmoid), [halves[1]])
      try builder.emit(layer, BinaryElementwise(.mul), [halves[0], gate])
    },
  ]

  private static func function(
    _ name: String,
    _ function: @escaping @Sendable (NcnnLayer) -> UnaryElementwise.Function
  ) -> NcnnRule {
    NcnnRule(name) { layer, builder in
      try builder.emit(layer, UnaryElementwise(function(layer)), [builder.input(layer)])
    }
  }

  /// One slope, or one for each channel.
  @Sendable private static func prelu(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    let slopes = try builder.plain(layer, "slope", [layer.int(0)])
    let x = try builder.input(layer)
    let shaped = try builder.perChannel(slopes, like: x)
    try builder.emit(layer, PRelu(), [x, builder.constant(layer, "slope", shaped)])
  }
}

extension NcnnLayer {
  /// The axis of the graph's values for the axis of the blob that a parameter names.
  func engineAxis(_ id: Int, default value: Int = 0) -> Int {
    let axis = int(id, default: value)
    return axis < 0 ? axis : axis + 1
  }

  /// The same for a list of axes.
  func engineAxes(_ id: Int) -> [Int] { ints(id).map { $0 < 0 ? $0 : $0 + 1 } }
}

extension NcnnGraphBuilder {
  /// Returns one number for each channel in a shape that meets the channels of a value.
  func perChannel(_ tensor: Tensor, like x: ValueID) throws -> Tensor {
    let ones = [Int](repeating: 1, count: max(rank(x) - 1, 0))
    return try tensor.reshaped(to: Shape([tensor.count] + ones))
  }
}
