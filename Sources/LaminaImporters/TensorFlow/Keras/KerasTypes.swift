import LaminaCore
import LaminaOperators
import LaminaWire

/// Names that several layers share: element types and activations.
enum KerasTypes {
  private static let dtypes: [String: DataType] = [
    "float32": .float32, "float64": .float64, "float16": .float16, "bfloat16": .bfloat16,
    "int8": .int8, "int16": .int16, "int32": .int32, "int64": .int64, "uint8": .uint8,
    "uint16": .uint16, "uint32": .uint32, "uint64": .uint64, "bool": .bool, "string": .string,
    // Mixed precision differs in training; weights are kept in 32 bits.
    "mixed_float16": .float32, "mixed_bfloat16": .float32,
  ]

  static func dtype(_ name: String) -> DataType? { dtypes[name] }

  /// Activations that nodes apply themselves.
  private static let fused: [String: Activation] = [
    "relu": .relu, "relu6": .relu6, "tanh": .tanh, "sigmoid": .sigmoid, "silu": .silu,
    "swish": .silu,
  ]

  /// Activations that are nodes of their own.
  private static func op(_ name: String, version: Int) -> (any Operator)? {
    switch name {
    case "softmax": Softmax(axis: -1)
    case "log_softmax": LogSoftmax(axis: -1)
    case "elu": UnaryElementwise(.elu(alpha: 1))
    case "selu":
      UnaryElementwise(.selu(alpha: 1.6732632423543772, gamma: 1.0507009873554805))
    case "celu": UnaryElementwise(.celu(alpha: 1))
    case "softplus": UnaryElementwise(.softplus)
    case "softsign": UnaryElementwise(.softsign)
    case "gelu": UnaryElementwise(.gelu)
    case "exponential": UnaryElementwise(.exp)
    case "mish": UnaryElementwise(.mish)
    case "log_sigmoid": UnaryElementwise(.logSigmoid)
    case "hard_silu", "hard_swish": UnaryElementwise(.hardSwish)
    case "leaky_relu": UnaryElementwise(.leakyRelu(slope: 0.2))
    // Version 3 changed the slope.
    case "hard_sigmoid":
      UnaryElementwise(.hardSigmoid(alpha: version >= 3 ? 1.0 / 6 : 0.2, beta: 0.5))
    default: nil
    }
  }

  /// Functions in recurrent cells.
  static func cell(_ name: String, version: Int) throws(KerasUnsupported) -> CellActivation {
    switch name {
    case "tanh": return .tanh
    case "sigmoid": return .sigmoid
    case "relu": return .relu
    case "linear": return .identity
    case "softsign": return .softsign
    case "softplus": return .softplus
    case "elu": return .elu(alpha: 1)
    case "hard_sigmoid": return .hardSigmoid(alpha: version >= 3 ? 1.0 / 6 : 0.2, beta: 0.5)
    default:
      throw KerasUnsupported(reason: "the activation \(SafeText.clean(name)) in a cell")
    }
  }
}

extension KerasNode {
  /// The name of an activation, which newer files may wrap in an object.
  func activationName(_ key: String = "activation", default name: String = "linear") -> String {
    guard let value = config[key] else { return name }
    if let text = value.string { return text }
    let inner = value["config"]?.string ?? value["config"]?["name"]?.string
    return value["class_name"]?.string == "function"
      ? inner ?? name
      : value["class_name"]?.string
        ?? name
  }

  /// Adds the layer's operator with its activation, in the node or behind it.
  func emitActivated(
    _ op: any Operator,
    _ inputs: [ValueID?],
    key: String = "activation"
  ) throws -> ValueID {
    let name = activationName(key)
    if name == "linear" { return try emit(op, inputs) }
    if let fused = KerasTypes.fusedActivation(name) {
      return try emit(op, inputs, activation: fused)
    }
    let result = try add(op, inputs, "linear")
    return try emitActivation(name, result, config[key])
  }

  /// Adds an activation under the layer's own name.
  func emitActivation(_ name: String, _ input: ValueID, _ json: JSONValue? = nil) throws -> ValueID
  {
    guard let op = KerasTypes.activation(name, version: builder.version) else {
      // A layer may stand in the place of an activation.
      if let json, json["class_name"] != nil, json["config"]?["name"] != nil {
        return try builder.lower(inner(json, inputs: [input], weights: KerasWeights()))[0]
      }
      throw KerasUnsupported(reason: "the activation \(SafeText.clean(name))")
    }
    return try emit(op, [input])
  }
}

extension KerasTypes {
  static func fusedActivation(_ name: String) -> Activation? { fused[name] }

  /// Any activation as an operator.
  static func activation(_ name: String, version: Int) -> (any Operator)? {
    switch name {
    case "linear": Identity()
    case "relu": UnaryElementwise(.relu)
    case "relu6": UnaryElementwise(.relu6)
    case "tanh": UnaryElementwise(.tanh)
    case "sigmoid": UnaryElementwise(.sigmoid)
    case "silu", "swish": UnaryElementwise(.swish(alpha: 1))
    default: op(name, version: version)
    }
  }
}
