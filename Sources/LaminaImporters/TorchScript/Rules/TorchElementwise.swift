import Glibc
import LaminaCore
import LaminaOperators

extension TorchInterpreter {
  /// Arithmetic of two operands, numbers or tensors.
  static let elementwise: [TorchRule] = [
    TorchRule("aten::add", add),
    TorchRule("aten::sub") { try scaled($0, .sub, $0.value(0), $0.value(1)) },
    TorchRule("aten::rsub") { try arithmetic($0, .sub, $0.value(1), $0.value(0)) },
    TorchRule("aten::mul", multiply),
    TorchRule("aten::multiply") { try arithmetic($0, .mul, $0.value(0), $0.value(1)) },
    TorchRule("aten::div", divide),
    TorchRule("aten::true_divide", divide),
    TorchRule("aten::divide", divide),
    TorchRule("aten::floor_divide") { try floorDivide($0, $0.value(0), $0.value(1)) },
    TorchRule("aten::floordiv") { try floorDivide($0, $0.value(0), $0.value(1)) },
    TorchRule("aten::remainder") { try arithmetic($0, .mod, $0.value(0), $0.value(1)) },
    TorchRule("aten::fmod") { try arithmetic($0, .fmod, $0.value(0), $0.value(1)) },
    TorchRule("aten::pow", power),
    TorchRule("aten::minimum") { try arithmetic($0, .min, $0.value(0), $0.value(1)) },
    TorchRule("aten::maximum") { try arithmetic($0, .max, $0.value(0), $0.value(1)) },
    TorchRule("aten::atan2") { try arithmetic($0, .atan2, $0.value(0), $0.value(1)) },
    TorchRule("aten::addcmul") { call in
      let product = try arithmetic(call, .mul, call.value(1), call.value(2))
      let part = try arithmetic(call, .mul, product, factor(call, -1, "value"))
      return try arithmetic(call, .add, call.value(0), part)
    },
    TorchRule("aten::addcdiv") { call in
      let quotient = try arithmetic(call, .div, call.value(1), call.value(2))
      let part = try arithmetic(call, .mul, quotient, factor(call, -1, "value"))
      return try arithmetic(call, .add, call.value(0), part)
    },
    TorchRule("aten::logaddexp") { call in
      let difference = try arithmetic(call, .sub, call.value(0), call.value(1))
      let run = call.interpreter
      let distance = try run.callOperator("aten::abs", [difference])
      let ratio = try run.callOperator("aten::exp", [run.callOperator("aten::neg", [distance])])
      let larger = try arithmetic(call, .max, call.value(0), call.value(1))
      return try arithmetic(call, .add, larger, run.callOperator("aten::log1p", [ratio]))
    },
    TorchRule("aten::lerp") { call in
      let span = try arithmetic(call, .sub, call.value(1), call.value(0))
      let part = try arithmetic(call, .mul, span, call.value(2))
      return try arithmetic(call, .add, call.value(0), part)
    },
  ]

  private static func factor(_ call: TorchCall, _ index: Int, _ name: String) -> TorchValue {
    call.has(index, name) ? call.value(index, name) : .int(1)
  }

  private static func add(_ call: TorchCall) throws -> TorchValue {
    if case .list = call.value(0), let a = call.value(0).items, let b = call.value(1).items {
      return .list(TorchList(a + b))
    }
    if case .string(let a) = call.value(0), case .string(let b) = call.value(1) {
      guard a.count + b.count < 1 << 20 else { throw call.invalid(0, "a shorter text") }
      return .string(a + b)
    }
    return try scaled(call, .add, call.value(0), call.value(1))
  }

  /// A product, or a list several times over.
  private static func multiply(_ call: TorchCall) throws -> TorchValue {
    guard case .list = call.value(0), let items = call.value(0).items else {
      return try arithmetic(call, .mul, call.value(0), call.value(1))
    }
    let count = max(0, try call.int(1))
    guard count <= 1 << 20, items.count <= 1 << 20 / max(count, 1) else {
      throw call.invalid(1, "a smaller count")
    }
    return .list(TorchList((0..<count).flatMap { _ in items }))
  }

  /// Addition or subtraction with a factor for the second operand.
  private static func scaled(
    _ call: TorchCall,
    _ function: BinaryElementwise.Function,
    _ a: TorchValue,
    _ b: TorchValue
  ) throws -> TorchValue {
    let alpha = factor(call, 2, "alpha")
    if alpha.real == 1 { return try arithmetic(call, function, a, b) }
    let scaled = try arithmetic(call, .mul, b, alpha)
    return try arithmetic(call, function, a, scaled)
  }

  private static func divide(_ call: TorchCall) throws -> TorchValue {
    let mode = call.string(2, "rounding_mode")
    let (a, b) = (call.value(0), call.value(1))
    if mode == "floor" { return try floorDivide(call, a, b) }
    let isWhole = isWhole(a, call) && isWhole(b, call)
    if mode == "trunc", isWhole { return try arithmetic(call, .div, a, b) }
    if a.real != nil, b.real != nil {
      return try arithmetic(call, .div, .double(a.real ?? 0), b)
    }
    var left = a
    if isWhole {
      let x = try call.interpreter.floating(try call.tensor(0), in: call)
      if case .number = a { left = .number(x) } else { left = .tensor(x) }
    }
    let quotient = try arithmetic(call, .div, left, b)
    guard mode == "trunc", let tensor = quotient.tensor else { return quotient }
    let whole = try call.node(Cast(to: .int64), [tensor], dtype: .int64)
    return .tensor(try call.node(Cast(to: .float32), [whole], dtype: .float32))
  }

  private static func isWhole(_ value: TorchValue, _ call: TorchCall) -> Bool {
    switch value {
    case .int, .bool: true
    case .tensor(let tensor), .number(let tensor):
      !call.graph.type(of: tensor).dtype.isFloatingPoint
        && call.graph.type(of: tensor).quantization == nil
    default: false
    }
  }

  private static func floorDivide(
    _ call: TorchCall,
    _ a: TorchValue,
    _ b: TorchValue
  ) throws -> TorchValue {
    if isWhole(a, call), isWhole(b, call) { return try arithmetic(call, .floorDiv, a, b) }
    let quotient = try arithmetic(call, .div, a, b)
    if let real = quotient.real { return .double(real.rounded(.down)) }
    guard let tensor = quotient.tensor else { throw call.invalid(0, "a number") }
    return .tensor(try call.node(UnaryElementwise(.floor), [tensor]))
  }

  private static func power(_ call: TorchCall) throws -> TorchValue {
    if let x = call.value(0).tensor, let exponent = call.value(1).real,
      call.graph.type(of: x).dtype.isFloatingPoint
    {
      switch exponent {
      case 2: return try call.function(.square)
      case 0.5: return try call.function(.sqrt)
      case -0.5: return try call.function(.rsqrt)
      case -1: return try call.function(.reciprocal)
      default: break
      }
    }
    return try arithmetic(call, .pow, call.value(0), call.value(1))
  }
}

// MARK: - Operands

extension TorchInterpreter {
  /// Applies a function of two operands: works it out where both are known, else adds a node.
  static func arithmetic(
    _ call: TorchCall,
    _ function: BinaryElementwise.Function,
    _ a: TorchValue,
    _ b: TorchValue
  ) throws -> TorchValue {
    if let result = plain(function, a, b) { return result }
    if let same = unchanged(call, function, a, b) { return same }
    guard isNumeric(a), isNumeric(b) else {
      throw call.invalid(isNumeric(a) ? 1 : 0, "a number or a tensor")
    }
    let dtype = promoted(a, b, call)
    let x = try operand(a, dtype, call)
    let y = try operand(b, dtype, call)
    let isQuantized = call.graph.type(of: x).quantization ?? call.graph.type(of: y).quantization
    let isTest = isComparison(function)
    let result = try call.node(
      BinaryElementwise(function),
      [x, y],
      type: TensorType(isTest ? .bool : dtype, .unranked, quantization: isTest ? nil : isQuantized)
    )
    if case .tensor = a { return tensor(result, like: a, b) }
    if case .tensor = b { return tensor(result, like: b, a) }
    return call.interpreter.simplified(result)
  }

  /// The result of a tensor and a number has the tensor's shape.
  private static func tensor(
    _ result: TorchTensor,
    like a: TorchValue,
    _ b: TorchValue
  ) -> TorchValue {
    if case .tensor = b { return .tensor(result) }
    result.origin = a.tensor?.origin
    return .tensor(result)
  }

  private static func isNumeric(_ value: TorchValue) -> Bool {
    value.tensor != nil || value.real != nil
  }

  static func isComparison(_ function: BinaryElementwise.Function) -> Bool {
    switch function {
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: true
    default: false
    }
  }

  /// Times one, over one and plus nothing leave whole numbers as they are.
  private static func unchanged(
    _ call: TorchCall,
    _ function: BinaryElementwise.Function,
    _ a: TorchValue,
    _ b: TorchValue
  ) -> TorchValue? {
    guard let x = a.tensor, let number = call.interpreter.int(b),
      call.graph.type(of: x).dtype == .int64, call.graph.type(of: x).shape == []
    else { return nil }
    let isNeutral: Bool
    switch function {
    case .mul, .div, .floorDiv: isNeutral = number == 1
    case .add, .sub: isNeutral = number == 0
    default: isNeutral = false
    }
    guard isNeutral else { return nil }
    if case .number = a { return .number(copy(of: x)) }
    return .tensor(copy(of: x))
  }

  private static func operand(
    _ value: TorchValue,
    _ dtype: DataType,
    _ call: TorchCall
  ) throws -> TorchTensor {
    guard let tensor = value.tensor else {
      guard let constant = call.interpreter.constant(of: value, dtype: dtype) else {
        throw call.invalid(1, "a number")
      }
      return constant
    }
    let type = call.graph.type(of: tensor)
    if type.quantization != nil || type.dtype == dtype { return tensor }
    let cast = try call.node(Cast(to: dtype), [tensor], dtype: dtype)
    cast.origin = tensor.origin
    return cast
  }

  /// The element type in which two operands meet.
  ///
  /// Tensors with axes decide before those without, and these before plain numbers, unless what
  /// comes later is of a higher kind: truth values, whole numbers, floats.
  static func promoted(_ a: TorchValue, _ b: TorchValue, _ call: TorchCall) -> DataType {
    let (x, y) = (rankedType(a, call), rankedType(b, call))
    if x.weight == y.weight { return promoted(x.dtype, y.dtype) }
    let (strong, weak) = x.weight > y.weight ? (x.dtype, y.dtype) : (y.dtype, x.dtype)
    return kind(weak) > kind(strong) ? weak : strong
  }

  private static func rankedType(
    _ value: TorchValue,
    _ call: TorchCall
  ) -> (dtype: DataType, weight: Int) {
    switch value {
    case .tensor(let tensor):
      let type = call.graph.type(of: tensor)
      let dtype = type.quantization == nil ? type.dtype : .float32
      return (dtype, type.shape.isRanked && type.shape.rank == 0 ? 1 : 2)
    case .number(let tensor): return (call.graph.type(of: tensor).dtype, 0)
    case .bool: return (.bool, 0)
    case .int: return (.int64, 0)
    default: return (.float32, 0)
    }
  }

  private static func kind(_ dtype: DataType) -> Int {
    dtype == .bool ? 0 : dtype.isInteger ? 1 : 2
  }

  private static func promoted(_ a: DataType, _ b: DataType) -> DataType {
    if a == b { return a }
    if kind(a) != kind(b) { return kind(a) > kind(b) ? a : b }
    if a.bitWidth == b.bitWidth { return a.isInteger ? .int16 : .float32 }
    return a.bitWidth > b.bitWidth ? a : b
  }

  /// The result when both operands are known numbers.
  private static func plain(
    _ function: BinaryElementwise.Function,
    _ a: TorchValue,
    _ b: TorchValue
  ) -> TorchValue? {
    if case .string(let x) = a, case .string(let y) = b {
      if function == .equal { return .bool(x == y) }
      if function == .notEqual { return .bool(x != y) }
    }
    guard let x = a.real, let y = b.real else { return nil }
    switch function {
    case .equal: return .bool(x == y)
    case .notEqual: return .bool(x != y)
    case .less: return .bool(x < y)
    case .lessOrEqual: return .bool(x <= y)
    case .greater: return .bool(x > y)
    case .greaterOrEqual: return .bool(x >= y)
    default: break
    }
    if let i = whole(a), let j = whole(b) { return plain(function, i, j) }
    return plain(function, x, y).map { .double($0) }
  }

  private static func whole(_ value: TorchValue) -> Int? {
    switch value {
    case .int(let value): value
    case .bool(let value): value ? 1 : 0
    default: nil
    }
  }

  private static func plain(
    _ function: BinaryElementwise.Function,
    _ a: Int,
    _ b: Int
  ) -> TorchValue? {
    switch function {
    case .add: return .int(a &+ b)
    case .sub: return .int(a &- b)
    case .mul: return .int(a &* b)
    case .min: return .int(min(a, b))
    case .max: return .int(max(a, b))
    case .pow:
      let power = pow(Double(a), Double(b))
      return b >= 0 ? Int(exactly: power).map { .int($0) } ?? .double(power) : .double(power)
    case .div, .floorDiv, .mod, .fmod:
      guard b != 0, !(a == .min && b == -1) else { return nil }
      let rest = a % b
      let isUneven = rest != 0 && (rest < 0) != (b < 0)
      if function == .div { return .int(a / b) }
      if function == .floorDiv { return .int(isUneven ? a / b - 1 : a / b) }
      return .int(function == .mod && isUneven ? rest + b : rest)
    default: return nil
    }
  }

  private static func plain(
    _ function: BinaryElementwise.Function,
    _ a: Double,
    _ b: Double
  ) -> Double? {
    switch function {
    case .add: a + b
    case .sub: a - b
    case .mul: a * b
    case .div: a / b
    case .floorDiv: (a / b).rounded(.down)
    case .mod: a - b * (a / b).rounded(.down)
    case .fmod: fmod(a, b)
    case .pow: pow(a, b)
    case .min: min(a, b)
    case .max: max(a, b)
    case .atan2: atan2(a, b)
    default: nil
    }
  }
}
