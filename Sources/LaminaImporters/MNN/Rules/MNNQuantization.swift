import LaminaCore
import LaminaOperators
import LaminaWire

extension MNNImporter {
  /// Operators on int8 as early versions wrote them.
  ///
  /// These say by which factor a sum becomes a code of the result, not what the codes mean. Codes
  /// between two of them are therefore given the scale 1.
  static let quantization: [MNNRule] = [
    MNNRule("FloatToInt8", floatToInt8),
    MNNRule("Int8ToFloat", int8ToFloat),
    MNNRule("ConvInt8", convInt8),
    MNNRule("DepthwiseConvInt8", convInt8),
  ]

  /// Codes are x · tensorScale, rounded, from −127 to 127.
  @Sendable private static func floatToInt8(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    guard let scales = try op.floats(3), let scale = scales.first, scale > 0,
      scales.allSatisfy({ $0 == scale })
    else { throw MNNUnsupported(reason: "a scale for each channel") }
    let quantization = Quantization(scale: 1 / scale, zeroPoint: try op.byte(6))
    let type = TensorType(.int8, .unranked, quantization: quantization)
    let limit = 127 / scale
    try builder.emit(
      op,
      Requantize(),
      [builder.input(op)],
      type: .tensor(type),
      activation: .clip(low: -limit, high: limit)
    )
  }

  /// Numbers are codes · tensorScale, one for each channel perhaps.
  @Sendable private static func int8ToFloat(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    let x = try builder.input(op)
    guard let scales = try op.floats(3), !scales.isEmpty else {
      throw MNNUnsupported(reason: "no scale")
    }
    let reals = try builder.step(
      op,
      "codes",
      Requantize(),
      [x],
      type: .tensor(TensorType(.float32, .unranked))
    )
    // What the codes were given as a scale, if it was not theirs.
    let own = builder.type(x).quantization?.scales.first ?? 1
    let factors = scales.map { $0 / own }
    if scales.count == 1 || scales.allSatisfy({ $0 == scales[0] }) {
      let engine = UnaryElementwise(.affine(alpha: Double(factors[0]), beta: 0))
      return try builder.emit(op, engine, [reals], type: .unknown)
    }
    let rank = builder.rank(x) ?? 4
    let ones = [Int](repeating: 1, count: max(rank - 2, 0))
    let shape = builder.format(op).isChannelsLast ? [scales.count] : [scales.count] + ones
    let factor = builder.constant(op, "scale", Tensor(Shape(shape), factors))
    try builder.emit(op, BinaryElementwise(.mul), [reals, factor], type: .unknown)
  }

  /// Codes are clamp(round((sum + bias) · scale)).
  @Sendable private static func convInt8(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    let fields = try MNNConvolutionFields(op)
    let x = try builder.input(op)
    let stored = try MNNInt8Weights(op, fields)
    guard let own = builder.type(x).quantization, own.scales.count == 1, own.scales[0] > 0 else {
      throw MNNUnsupported(reason: "an input of numbers")
    }
    let (weight, bias) = stored.tensors(inputScale: own.scales[0])
    let inputs = [x, builder.constant(op, "weight", weight), builder.constant(op, "bias", bias)]
    let type = TensorType(.int8, .unranked, quantization: Quantization(scale: 1, zeroPoint: 0))
    let engine = Conv(window: fields.window, groups: fields.groups, layout: builder.layout(op))
    let activation = fields.activation == .relu6 ? Activation.relu : fields.activation
    try builder.emit(
      op,
      engine,
      inputs,
      type: .tensor(type),
      activation: activation ?? .clip(low: -127, high: 127)
    )
  }
}

/// The weights of a convolution on int8, O×I/g×H×W.
private struct MNNInt8Weights {
  private let shape: Shape
  private let codes: [Int8]
  private let bias: [Int32]
  /// What sums are multiplied by, for each output.
  private let factors: [Float]

  init(_ op: MNNOperator, _ fields: MNNConvolutionFields) throws {
    let taps = try fields.taps(op)
    guard let table = try op.main?.table(4, "weights of \(op.place)"),
      let codes = try table.integers(0, of: Int8.self), let factors = try table.floats(2),
      let bias = try table.integers(1, of: Int32.self),
      factors.count == fields.outputs, bias.count == fields.outputs,
      codes.count > 0, codes.count.isMultiple(of: fields.outputs * taps)
    else { throw MNNUnsupported(reason: "no weights, or a scale for all") }
    shape = Shape([fields.outputs, codes.count / fields.outputs / taps] + fields.window.size)
    (self.codes, self.bias, self.factors) = (codes, bias, factors)
  }

  /// Returns the weights and the bias, scaled so that sums have the factors as their scales.
  func tensors(inputScale: Float) -> (weight: Tensor, bias: Tensor) {
    func quantization(_ scales: [Float]) -> Quantization {
      Quantization(
        scales: scales,
        zeroPoints: scales.map { _ in 0 },
        axis: scales.count == 1 ? nil : 0
      )
    }
    let weight = Tensor(shape, codes).with(
      quantization: quantization(factors.map { $0 / inputScale })
    )
    let sums = Tensor([bias.count], bias).with(quantization: quantization(factors))
    return (weight, sums)
  }
}
