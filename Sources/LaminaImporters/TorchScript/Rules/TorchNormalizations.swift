import LaminaCore
import LaminaOperators

extension TorchInterpreter {
  /// Normalizations, with statistics of the file or of the data.
  static let normalizations: [TorchRule] = [
    TorchRule("aten::batch_norm", batchNorm),
    TorchRule("aten::layer_norm", layerNorm),
    TorchRule("aten::group_norm", groupNorm),
    TorchRule("aten::instance_norm", instanceNorm),
    TorchRule("aten::rms_norm", rmsNorm),
    TorchRule("aten::_weight_norm") { call in
      let (v, axis) = (try call.tensor(0), try call.axis(2))
      let rank = try call.interpreter.rank(of: v)
      let axes = (0..<rank).filter { $0 != axis }
      let length = try call.node(Reduce(.l2, axes: axes, keepsDimensions: true), [v])
      let factor = try arithmetic(call, .div, call.value(1), .tensor(length))
      return try arithmetic(call, .mul, .tensor(v), factor)
    },
    TorchRule("aten::cosine_similarity") { call in
      let axis = TorchValue.list(TorchList([.int(try call.int(2, "dim", default: 1))]))
      let least = TorchValue.double(try call.double(3, "eps", default: 1e-8))
      func sum(_ a: TorchValue, _ b: TorchValue) throws -> TorchValue {
        try call.interpreter.callOperator("aten::sum", [try arithmetic(call, .mul, a, b), axis])
      }
      func length(_ x: TorchValue) throws -> TorchValue {
        let root = try call.interpreter.callOperator("aten::sqrt", [try sum(x, x)])
        return try arithmetic(call, .max, root, least)
      }
      let (a, b) = (call.value(0), call.value(1))
      return try arithmetic(call, .div, sum(a, b), arithmetic(call, .mul, length(a), length(b)))
    },
  ]

  static func filled(_ shape: [Int], with value: Double, _ call: TorchCall) throws -> TorchTensor {
    guard let count = Shape(shape).elementCount, count <= 1 << 24 else {
      throw call.invalid(1, "fewer elements")
    }
    let reals = [Double](repeating: value, count: count)
    return call.graph.constant(try Tensor(.float32, Shape(shape), rounding: reals))
  }

  private static func batchNorm(_ call: TorchCall) throws -> TorchValue {
    let x = try call.tensor(0)
    guard !(try call.bool(5, default: false)), call.has(3), call.has(4) else {
      throw call.unsupported("it takes its statistics from the data, as in training")
    }
    let mean = try call.tensor(3)
    let shape = call.graph.type(of: mean).shape.dims
    try call.interpreter.need(x, rank: nil, axis: 1, length: shape.first ?? 1)
    let scale = try call.optionalTensor(1) ?? filled(shape, with: 1, call)
    let shift = try call.optionalTensor(2) ?? filled(shape, with: 0, call)
    let op = BatchNorm(epsilon: Float(try call.double(7, default: 1e-5)))
    return .tensor(try call.node(op, [x, scale, shift, mean, try call.tensor(4)]))
  }

  private static func layerNorm(_ call: TorchCall) throws -> TorchValue {
    let x = try call.tensor(0)
    let shape = try call.ints(1)
    if let last = shape.last { try call.interpreter.need(x, rank: nil, axis: -1, length: last) }
    let scale = try call.optionalTensor(2, "weight") ?? filled(shape, with: 1, call)
    let op = LayerNorm(axis: -shape.count, epsilon: Float(try call.double(4, "eps", default: 1e-5)))
    return .tensor(try call.node(op, [x, scale, try call.optionalTensor(3, "bias")]))
  }

  private static func rmsNorm(_ call: TorchCall) throws -> TorchValue {
    let shape = try call.ints(1)
    let scale = try call.optionalTensor(2, "weight") ?? filled(shape, with: 1, call)
    let epsilon = Float(try call.double(3, "eps", default: 1.1920928955078125e-07))
    let op = RMSNorm(axis: -shape.count, epsilon: epsilon)
    return .tensor(try call.node(op, [try call.tensor(0), scale]))
  }

  private static func groupNorm(_ call: TorchCall) throws -> TorchValue {
    let groups = try call.int(1, "num_groups")
    guard groups > 0 else { throw call.invalid(1, "one group or more") }
    let scale = try call.optionalTensor(2, "weight") ?? filled([groups], with: 1, call)
    let shift = try call.optionalTensor(3, "bias") ?? filled([groups], with: 0, call)
    let op = GroupNorm(groups: groups, epsilon: Float(try call.double(4, "eps", default: 1e-5)))
    return .tensor(try call.node(op, [try call.tensor(0), scale, shift]))
  }

  private static func instanceNorm(_ call: TorchCall) throws -> TorchValue {
    let x = try call.tensor(0)
    guard try call.bool(5, default: true) else { throw call.unsupported("it keeps statistics") }
    let shape = call.graph.type(of: x).shape
    let known = try call.optionalTensor(1).map { call.graph.type(of: $0).shape.dims }
    guard let lengths = known ?? (shape.rank > 1 && shape[1] >= 0 ? [shape[1]] : nil) else {
      throw call.unsupported("the number of channels is not known")
    }
    try call.interpreter.need(x, rank: nil, axis: 1, length: lengths.first ?? 1)
    let scale = try call.optionalTensor(1) ?? filled(lengths, with: 1, call)
    let shift = try call.optionalTensor(2) ?? filled(lengths, with: 0, call)
    let op = InstanceNorm(epsilon: Float(try call.double(7, "eps", default: 1e-5)))
    return .tensor(try call.node(op, [x, scale, shift]))
  }
}
