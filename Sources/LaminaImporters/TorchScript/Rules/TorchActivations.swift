import LaminaCore
import LaminaOperators

extension TorchInterpreter {
  /// Functions of one tensor.
  static let activations: [TorchRule] = [
    TorchRule("aten::relu") { try $0.unary(UnaryElementwise(.relu)) },
    TorchRule("aten::relu6") { try $0.unary(UnaryElementwise(.relu6)) },
    TorchRule("aten::sigmoid") { try squashed($0, .sigmoid, scale: 1 / 256, zeroPoint: 0) },
    TorchRule("aten::tanh") { try squashed($0, .tanh, scale: 2 / 256, zeroPoint: 128) },
    TorchRule("aten::hardsigmoid") { call in
      try squashed(call, .hardSigmoid(alpha: 1 / 6, beta: 0.5), scale: 1 / 256, zeroPoint: 0)
    },
    TorchRule("aten::hardswish") { try $0.function(.hardSwish) },
    TorchRule("aten::silu") { try $0.function(.swish(alpha: 1)) },
    TorchRule("aten::mish") { try $0.function(.mish) },
    TorchRule("aten::gelu") { call in
      try call.function(call.string(1, "approximate") == "tanh" ? .geluTanh : .gelu)
    },
    TorchRule("aten::elu") { call in
      let (alpha, scale, input) = (
        try call.double(1, "alpha", default: 1), try call.double(2, "scale", default: 1),
        try call.double(3, "input_scale", default: 1)
      )
      guard input == 1 else { throw call.unsupported("its input is scaled") }
      if scale == 1 { return try call.function(.elu(alpha: alpha)) }
      return try call.function(.selu(alpha: alpha, gamma: scale))
    },
    TorchRule("aten::selu") { call in
      try call.function(.selu(alpha: 1.6732632423543772, gamma: 1.0507009873554805))
    },
    TorchRule("aten::celu") { try $0.function(.celu(alpha: $0.double(1, "alpha", default: 1))) },
    TorchRule("aten::leaky_relu") { call in
      let slope = try call.double(1, "negative_slope", default: 0.01)
      return try call.unary(UnaryElementwise(.leakyRelu(slope: slope)))
    },
    TorchRule("aten::prelu", prelu),
    TorchRule("aten::softplus", softplus),
    TorchRule("aten::softsign") { try $0.function(.softsign) },
    TorchRule("aten::log_sigmoid") { try $0.function(.logSigmoid) },
    TorchRule("aten::hardtanh") { call in
      let low = try call.double(1, "min_val", default: -1)
      return try call.unary(Clip(low: low, high: try call.double(2, "max_val", default: 1)))
    },
    TorchRule("aten::clamp") { try clamp($0, low: $0.value(1, "min"), high: $0.value(2, "max")) },
    TorchRule("aten::clip") { try clamp($0, low: $0.value(1, "min"), high: $0.value(2, "max")) },
    TorchRule("aten::clamp_min") { try clamp($0, low: $0.value(1), high: .none) },
    TorchRule("aten::clamp_max") { try clamp($0, low: .none, high: $0.value(1)) },
    TorchRule("aten::threshold") { call in
      let mask = try arithmetic(call, .lessOrEqual, call.value(0), call.value(1))
      return try call.interpreter.callOperator(
        "aten::masked_fill",
        [call.value(0), mask, call.value(2)]
      )
    },
    TorchRule("aten::softshrink") { call in
      let lambda = try call.double(1, "lambd", default: 0.5)
      return try call.function(.shrink(bias: lambda, lambda: lambda))
    },
    TorchRule("aten::hardshrink") { call in
      try call.function(.shrink(bias: 0, lambda: call.double(1, "lambd", default: 0.5)))
    },
    TorchRule("aten::glu", gate),
    TorchRule("aten::softmax", softmax),
    TorchRule("aten::_softmax", softmax),
    TorchRule("aten::log_softmax") { call in
      let x = try call.interpreter.floating(try call.tensor(0), in: call)
      return .tensor(try call.node(LogSoftmax(axis: try call.int(1, "dim", default: -1)), [x]))
    },
    TorchRule("aten::dropout") { $0.value(0) },
    TorchRule("aten::dropout_") { $0.value(0) },
    TorchRule("aten::feature_dropout") { $0.value(0) },
    TorchRule("aten::alpha_dropout") { $0.value(0) },
    TorchRule("aten::detach") { $0.value(0) },
    TorchRule("aten::exp") { try $0.function(.exp) },
    TorchRule("aten::expm1") { try $0.function(.expm1) },
    TorchRule("aten::log") { try $0.function(.log) },
    TorchRule("aten::log1p") { try $0.function(.log1p) },
    TorchRule("aten::log2") { call in
      try arithmetic(call, .mul, call.function(.log), .double(1.4426950408889634))
    },
    TorchRule("aten::log10") { call in
      try arithmetic(call, .mul, call.function(.log), .double(0.4342944819032518))
    },
    TorchRule("aten::sqrt", squareRoot),
    TorchRule("aten::rsqrt") { try $0.function(.rsqrt) },
    TorchRule("aten::square") { try $0.unary(UnaryElementwise(.square)) },
    TorchRule("aten::reciprocal") { try $0.function(.reciprocal) },
    TorchRule("aten::abs") { try $0.unary(UnaryElementwise(.abs)) },
    TorchRule("aten::neg") { call in
      if call.value(0).tensor == nil { return try arithmetic(call, .sub, .int(0), call.value(0)) }
      return try call.unary(UnaryElementwise(.neg))
    },
    TorchRule("aten::sign") { try $0.unary(UnaryElementwise(.sign)) },
    TorchRule("aten::floor") { try rounded($0, .floor, .down) },
    TorchRule("aten::ceil") { try rounded($0, .ceil, .up) },
    TorchRule("aten::round") { try rounded($0, .round, .toNearestOrEven) },
    TorchRule("aten::trunc") { call in
      let whole = try call.node(Cast(to: .int64), [try call.tensor(0)], dtype: .int64)
      return .tensor(try call.node(Cast(to: .float32), [whole], dtype: .float32))
    },
    TorchRule("aten::erf") { try $0.function(.erf) },
    TorchRule("aten::erfc") { try arithmetic($0, .sub, .int(1), $0.function(.erf)) },
    TorchRule("aten::frac") { call in
      let whole = try call.interpreter.callOperator("aten::trunc", [call.value(0)])
      return try arithmetic(call, .sub, call.value(0), whole)
    },
    TorchRule("aten::logit") { call in
      guard !call.has(1, "eps") else { throw call.unsupported("it is clamped") }
      let odds = try arithmetic(
        call,
        .div,
        call.value(0),
        arithmetic(call, .sub, .int(1), call.value(0))
      )
      return try call.interpreter.callOperator("aten::log", [odds])
    },
    TorchRule("aten::rrelu") { call in
      guard !(try call.bool(3, "training", default: false)) else {
        throw call.unsupported("it is for training")
      }
      let low = try call.double(1, "lower", default: 0.125)
      let high = try call.double(2, "upper", default: 1.0 / 3)
      return try call.unary(UnaryElementwise(.leakyRelu(slope: (low + high) / 2)))
    },
    TorchRule("aten::sin") { try $0.function(.sin) },
    TorchRule("aten::cos") { try $0.function(.cos) },
    TorchRule("aten::tan") { try $0.function(.tan) },
    TorchRule("aten::asin") { try $0.function(.asin) },
    TorchRule("aten::acos") { try $0.function(.acos) },
    TorchRule("aten::atan") { try $0.function(.atan) },
    TorchRule("aten::sinh") { try $0.function(.sinh) },
    TorchRule("aten::cosh") { try $0.function(.cosh) },
  ]

  /// A function whose result, quantized, always covers the same range.
  private static func squashed(
    _ call: TorchCall,
    _ function: UnaryElementwise.Function,
    scale: Float,
    zeroPoint: Int
  ) throws -> TorchValue {
    let type = try call.type(0)
    guard type.quantization != nil else { return try call.function(function) }
    let quantization = quantization(scale: Double(scale), zeroPoint: zeroPoint)
    let x = try call.tensor(0)
    return .tensor(
      try call.node(
        UnaryElementwise(function),
        [x],
        type: TensorType(type.dtype, .unranked, quantization: quantization)
      )
    )
  }

  private static func prelu(_ call: TorchCall) throws -> TorchValue {
    let (x, slope) = (try call.tensor(0), try call.tensor(1))
    let shape = call.graph.type(of: slope).shape
    guard shape.rank == 1, shape[0] != 1 else {
      return .tensor(try call.node(PRelu(), [x, slope]))
    }
    try call.interpreter.need(x, rank: nil, axis: 1, length: shape[0])
    let rank = try call.interpreter.rank(of: x)
    let axes = Array(1..<max(1, rank - 1))
    let raised = axes.isEmpty ? slope : try call.node(Unsqueeze(axes: axes), [slope])
    return .tensor(try call.node(PRelu(), [x, raised]))
  }

  private static func softplus(_ call: TorchCall) throws -> TorchValue {
    let beta = try call.double(1, "beta", default: 1)
    if beta == 1 { return try call.function(.softplus) }
    let x = try arithmetic(call, .mul, call.value(0), .double(beta))
    guard let scaled = x.tensor else { throw call.invalid(0, "a tensor") }
    let y = try call.node(UnaryElementwise(.softplus), [scaled])
    return try arithmetic(call, .div, .tensor(y), .double(beta))
  }

  private static func clamp(_ call: TorchCall, low: TorchValue, high: TorchValue) throws
    -> TorchValue
  {
    let bounds = [low, high].map { call.interpreter.real($0) }
    let isPlain = zip(bounds, [low, high]).allSatisfy { $0 != nil || $1.isNone }
    if isPlain, call.value(0).tensor != nil {
      return try call.unary(Clip(low: bounds[0], high: bounds[1]))
    }
    var value = call.value(0)
    if !low.isNone { value = try arithmetic(call, .max, value, low) }
    return high.isNone ? value : try arithmetic(call, .min, value, high)
  }

  private static func gate(_ call: TorchCall) throws -> TorchValue {
    let x = try call.tensor(0)
    let axis = try call.int(1, "dim", default: -1)
    let dtype = try call.type(0).dtype
    let halves = try call.nodes(Split(axis: axis, count: 2), [x], dtypes: [dtype, dtype])
    let gate = try call.node(UnaryElementwise(.sigmoid), [halves[1]])
    return try arithmetic(call, .mul, .tensor(halves[0]), .tensor(gate))
  }

  private static func softmax(_ call: TorchCall) throws -> TorchValue {
    let x = try call.interpreter.floating(try call.tensor(0), in: call)
    let y = try call.node(Softmax(axis: try call.int(1, "dim", default: -1)), [x])
    y.origin = x.origin
    return .tensor(y)
  }

  private static func squareRoot(_ call: TorchCall) throws -> TorchValue {
    if call.value(0).tensor == nil { return .double(try call.double(0).squareRoot()) }
    return try call.function(.sqrt)
  }

  private static func rounded(
    _ call: TorchCall,
    _ function: UnaryElementwise.Function,
    _ rule: FloatingPointRoundingRule
  ) throws -> TorchValue {
    if let real = call.value(0).real {
      let value = real.rounded(rule)
      return Int(exactly: value).map { .int($0) } ?? .double(value)
    }
    if case .number(let x) = call.value(0), call.graph.type(of: x).dtype.isFloatingPoint {
      let y = try call.node(UnaryElementwise(function), [x])
      return .number(try call.node(Cast(to: .int64), [y], dtype: .int64))
    }
    return try call.unary(UnaryElementwise(function))
  }
}
