import LaminaCore
import LaminaOperators
import LaminaWire

extension CoreMLNetwork {
  /// Functions that follow a layer.
  static let activations: [Rule] = [
    Rule("activation", 130) { try activation($0) },
    Rule("clip", 660) { layer in
      let (low, high) = (layer.parameters.float(1), layer.parameters.float(2))
      return try layer.step(Clip(low: Double(low), high: Double(high)), layer.input())
    },
    Rule("clampedReLU", 1460) { layer in
      let slope = Double(layer.parameters.float(1))
      let x = try layer.unary(.leakyRelu(slope: slope), layer.input())
      return try layer.step(Clip(high: Double(layer.parameters.float(2))), x)
    },
    Rule("gelu", 795) { layer in
      let modes: [UnaryElementwise.Function] = [.gelu, .geluTanh, .swish(alpha: 1.702)]
      return try layer.unary(modes[try layer.int(1, in: 0...2)], layer.input())
    },
  ]

  private static func activation(_ layer: CoreMLLayer) throws -> ValueID {
    let x = try layer.input()
    let kind = layer.parameters.numbers.last ?? 0
    let own = try layer.parameters.message(kind) ?? ProtobufMessage()
    if let function = function(kind, own) { return try layer.unary(function, x) }
    switch kind {
    case 25:
      return try layer.step(PRelu(), x, channels(layer, own, 1, x))
    case 31:
      let inner = try layer.unary(.affine(alpha: Double(own.float(2)), beta: 0), x)
      let bent = try layer.unary(.tanh, inner)
      return try layer.unary(.affine(alpha: Double(own.float(1)), beta: 0), bent)
    case 71:
      let inner = try layer.binary(.mul, x, channels(layer, own, 2, x))
      return try layer.binary(.mul, layer.unary(.softplus, inner), channels(layer, own, 1, x))
    default:
      throw CoreMLUnsupported(reason: "activation of kind \(kind)")
    }
  }

  /// The activations that are one function: the kinds of `ActivationParams`.
  private static func function(
    _ kind: Int,
    _ own: ProtobufMessage
  ) -> UnaryElementwise.Function? {
    let (alpha, beta) = (Double(own.float(1)), Double(own.float(2)))
    return switch kind {
    case 5: .affine(alpha: alpha, beta: beta)
    case 10: .relu
    case 15: .leakyRelu(slope: alpha)
    case 20: .thresholdedRelu(alpha: alpha)
    case 30: .tanh
    case 40: .sigmoid
    case 41: .hardSigmoid(alpha: alpha, beta: beta)
    case 50: .elu(alpha: alpha)
    case 60: .softsign
    case 70: .softplus
    default: nil
    }
  }

  /// One number for each channel, or one for all, shaped to broadcast.
  private static func channels(
    _ layer: CoreMLLayer,
    _ own: ProtobufMessage,
    _ field: Int,
    _ x: ValueID
  ) throws -> ValueID {
    guard let message = try own.message(field) else {
      throw layer.invalid("activation", expected: "weights", found: "none")
    }
    let bytes = try message.elements(1, size: 4).count / 4
    let halves = (message.payload(2)?.count ?? 0) / 2
    let axis = try layer.channelAxis(x)
    let known = layer.builder.shape(x).dims[axis]
    let count = bytes > 0 ? bytes : halves > 0 ? halves : known
    let weights = try CoreMLWeights(message, place: layer.place).tensor([count])
    return layer.constant(try weights.reshaped(to: [count, 1, 1]))
  }

  /// Reads an activation of a recurrent layer.
  static func cellActivation(_ parameters: ProtobufMessage) throws -> CellActivation {
    let kind = parameters.numbers.last ?? 0
    let own = try parameters.message(kind) ?? ProtobufMessage()
    let (alpha, beta) = (own.float(1), own.float(2))
    switch kind {
    case 5: return .affine(alpha: alpha, beta: beta)
    case 10: return .relu
    case 15: return .leakyRelu(alpha: alpha)
    case 30: return .tanh
    case 31: return .scaledTanh(alpha: alpha, beta: beta)
    case 40: return .sigmoid
    case 41: return .hardSigmoid(alpha: alpha, beta: beta)
    case 50: return .elu(alpha: alpha)
    default: throw CoreMLUnsupported(reason: "a recurrent layer's activation of kind \(kind)")
    }
  }
}
