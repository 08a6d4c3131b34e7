import LaminaCore
import LaminaOperators

extension TorchInterpreter {
  /// Comparison, logic and choice.
  static let comparisons: [TorchRule] = [
    TorchRule("aten::eq", equal),
    TorchRule("aten::ne") { call in
      let value = try equal(call)
      if case .bool(let isEqual) = value { return .bool(!isEqual) }
      if call.value(0).items != nil {
        return try call.interpreter.callOperator("aten::__not__", [value])
      }
      return try arithmetic(call, .notEqual, call.value(0), call.value(1))
    },
    TorchRule("aten::lt") { try arithmetic($0, .less, $0.value(0), $0.value(1)) },
    TorchRule("aten::le") { try arithmetic($0, .lessOrEqual, $0.value(0), $0.value(1)) },
    TorchRule("aten::gt") { try arithmetic($0, .greater, $0.value(0), $0.value(1)) },
    TorchRule("aten::ge") { try arithmetic($0, .greaterOrEqual, $0.value(0), $0.value(1)) },
    TorchRule("aten::__not__", not),
    TorchRule("aten::logical_not", not),
    TorchRule("aten::bitwise_not") { call in
      if try call.type(0).dtype == .bool { return try not(call) }
      return try call.unary(UnaryElementwise(.bitwiseNot))
    },
    TorchRule("aten::__and__") { try logic($0, .and, .bitwiseAnd) },
    TorchRule("aten::logical_and") { try logic($0, .and, .and) },
    TorchRule("aten::bitwise_and") { try logic($0, .and, .bitwiseAnd) },
    TorchRule("aten::__or__") { try logic($0, .or, .bitwiseOr) },
    TorchRule("aten::logical_or") { try logic($0, .or, .or) },
    TorchRule("aten::bitwise_or") { try logic($0, .or, .bitwiseOr) },
    TorchRule("aten::__xor__") { try logic($0, .xor, .bitwiseXor) },
    TorchRule("aten::logical_xor") { try logic($0, .xor, .xor) },
    TorchRule("aten::bitwise_xor") { try logic($0, .xor, .bitwiseXor) },
    TorchRule("aten::where") { call in
      guard call.arguments.count == 3 else { throw call.unsupported("it lists positions") }
      return try choose(call, call.tensor(0), call.value(1), call.value(2))
    },
    TorchRule("aten::masked_fill") { call in
      try choose(call, call.tensor(1), call.value(2), call.value(0))
    },
    TorchRule("aten::index_put", putByMask),
    TorchRule("aten::isnan") { try $0.unary(UnaryElementwise(.isNaN), dtype: .bool) },
    TorchRule("aten::isinf") { call in
      try call.unary(UnaryElementwise(.isInf(positive: true, negative: true)), dtype: .bool)
    },
    TorchRule("aten::isfinite") { try $0.unary(UnaryElementwise(.isFinite), dtype: .bool) },
  ]

  private static func equal(_ call: TorchCall) throws -> TorchValue {
    let (a, b) = (call.value(0), call.value(1))
    if let x = a.items, let y = b.items {
      return x.count == y.count ? try areEqual(x, y, call) : .bool(false)
    }
    if a.isNone || b.isNone { return .bool(a.isNone && b.isNone) }
    return try arithmetic(call, .equal, a, b)
  }

  /// Whether all items of two lists are equal; a number of the graph where only the run knows.
  private static func areEqual(
    _ a: [TorchValue],
    _ b: [TorchValue],
    _ call: TorchCall
  ) throws -> TorchValue {
    var all: TorchTensor?
    for (x, y) in zip(a, b) where !x.isSame(as: y) {
      let one = try arithmetic(call, .equal, x, y)
      if case .bool(let isEqual) = one {
        guard isEqual else { return one }
        continue
      }
      guard let flag = one.tensor else { throw call.invalid(0, "numbers") }
      all =
        try all.map { try call.node(BinaryElementwise(.and), [$0, flag], dtype: .bool) } ?? flag
    }
    return all.map { .number($0) } ?? .bool(true)
  }

  private static func not(_ call: TorchCall) throws -> TorchValue {
    if let isTrue = try call.interpreter.truth(of: call.value(0)) {
      guard case .tensor = call.value(0) else { return .bool(!isTrue) }
    }
    let x = try flag(call.tensor(0), call)
    let y = try call.node(UnaryElementwise(.not), [x], dtype: .bool)
    if case .number = call.value(0) { return call.interpreter.simplified(y) }
    return .tensor(y)
  }

  private static func flag(_ tensor: TorchTensor, _ call: TorchCall) throws -> TorchTensor {
    if call.graph.type(of: tensor).dtype == .bool { return tensor }
    return try call.node(Cast(to: .bool), [tensor], dtype: .bool)
  }

  private static func logic(
    _ call: TorchCall,
    _ logical: BinaryElementwise.Function,
    _ bitwise: BinaryElementwise.Function
  ) throws -> TorchValue {
    let (a, b) = (call.value(0), call.value(1))
    if case .bool(let x) = a, case .bool(let y) = b {
      return .bool(logical == .and ? x && y : logical == .or ? x || y : x != y)
    }
    if case .int(let x) = a, case .int(let y) = b {
      return .int(logical == .and ? x & y : logical == .or ? x | y : x ^ y)
    }
    let (x, y) = (try call.tensor(0), try call.tensor(1))
    let isBool =
      bitwise == logical
      || call.graph.type(of: x).dtype == .bool && call.graph.type(of: y).dtype == .bool
    guard isBool else { return try arithmetic(call, bitwise, a, b) }
    let inputs = [try flag(x, call), try flag(y, call)]
    let result = try call.node(BinaryElementwise(logical), inputs, dtype: .bool)
    if case .tensor = a { return .tensor(result) }
    if case .tensor = b { return .tensor(result) }
    return call.interpreter.simplified(result)
  }

  /// Puts one number wherever a mask tells.
  private static func putByMask(_ call: TorchCall) throws -> TorchValue {
    let number = call.value(2)
    let isNumber = number.tensor.map { call.graph.type(of: $0).shape == [] } ?? (number.real != nil)
    guard let items = call.value(1).items, items.count == 1, let mask = items[0].tensor, isNumber,
      call.graph.type(of: mask).dtype == .bool, !(try call.bool(3, "accumulate", default: false)),
      try call.interpreter.rank(of: mask) == call.rank(0)
    else { throw call.unsupported("it is not one number wherever a mask for all axes tells") }
    return try choose(call, mask, number, call.value(0))
  }

  private static func choose(
    _ call: TorchCall,
    _ condition: TorchTensor,
    _ a: TorchValue,
    _ b: TorchValue
  ) throws -> TorchValue {
    let dtype = promoted(a, b, call)
    func operand(_ value: TorchValue) throws -> TorchTensor {
      if let tensor = value.tensor {
        if call.graph.type(of: tensor).dtype == dtype { return tensor }
        return try call.node(Cast(to: dtype), [tensor], dtype: dtype)
      }
      guard let constant = call.interpreter.constant(of: value, dtype: dtype) else {
        throw call.invalid(1, "a number or a tensor")
      }
      return constant
    }
    let inputs = [try flag(condition, call), try operand(a), try operand(b)]
    return .tensor(try call.node(Where(), inputs, type: TensorType(dtype, .unranked)))
  }
}
