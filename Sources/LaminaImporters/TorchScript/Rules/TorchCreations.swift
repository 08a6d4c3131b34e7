import LaminaCore
import LaminaOperators

extension TorchInterpreter {
  /// Tensors out of nothing but a shape.
  static let creations: [TorchRule] = [
    TorchRule("aten::zeros") { try full($0, $0.value(0), .int(0), typeAt: 1) },
    TorchRule("aten::empty") { try full($0, $0.value(0), .int(0), typeAt: 1) },
    TorchRule("aten::ones") { try full($0, $0.value(0), .int(1), typeAt: 1) },
    TorchRule("aten::full") { call in
      try full(call, call.value(0), call.value(1, "fill_value"), typeAt: 2)
    },
    TorchRule("aten::new_zeros") { try full($0, $0.value(1), .int(0), typeAt: 2, like: 0) },
    TorchRule("aten::new_ones") { try full($0, $0.value(1), .int(1), typeAt: 2, like: 0) },
    TorchRule("aten::new_empty") { try full($0, $0.value(1), .int(0), typeAt: 2, like: 0) },
    TorchRule("aten::new_full") { call in
      try full(call, call.value(1), call.value(2), typeAt: 3, like: 0)
    },
    TorchRule("aten::zeros_like") { try like($0, .int(0), typeAt: 1) },
    TorchRule("aten::empty_like") { try like($0, .int(0), typeAt: 1) },
    TorchRule("aten::ones_like") { try like($0, .int(1), typeAt: 1) },
    TorchRule("aten::full_like") { try like($0, $0.value(1), typeAt: 2) },
    TorchRule("aten::arange", range),
    TorchRule("aten::linspace") { call in
      let (start, end, count) = (try call.double(0), try call.double(1), try call.int(2))
      guard (1...1 << 22).contains(count) else { throw call.invalid(2, "a smaller count") }
      let step = count > 1 ? (end - start) / Double(count - 1) : 0
      let reals = (0..<count).map { start + step * Double($0) }
      return .tensor(call.graph.constant(try Tensor(.float32, [count], rounding: reals)))
    },
    TorchRule("aten::eye") { call in
      let count = try call.int(0)
      guard (0...4096).contains(count) else { throw call.invalid(0, "a smaller length") }
      let reals = (0..<count * count).map { $0 / max(count, 1) == $0 % max(count, 1) ? 1.0 : 0 }
      return .tensor(call.graph.constant(try Tensor(.float32, [count, count], rounding: reals)))
    },
    TorchRule("aten::one_hot", oneHot),
  ]

  private static func dtype(
    _ call: TorchCall,
    at index: Int,
    default initial: DataType
  ) throws -> DataType {
    guard case .int(let number) = call.value(index, "dtype") else { return initial }
    guard let dtype = TorchScalarType.dtype(number) else { throw call.invalid(index, "a type") }
    return dtype
  }

  private static func full(
    _ call: TorchCall,
    _ shape: TorchValue,
    _ value: TorchValue,
    typeAt index: Int,
    like other: Int? = nil
  ) throws -> TorchValue {
    guard let items = shape.items else { throw call.invalid(0, "a list of lengths") }
    var initial = DataType.float32
    if call.name == "aten::full" {
      if case .int = value { initial = .int64 }
      if case .bool = value { initial = .bool }
    }
    if let other { initial = try call.type(other).dtype }
    let dtype = try dtype(call, at: index, default: initial)
    let known = items.compactMap { call.interpreter.int($0) }
    guard let real = value.real else { throw call.unsupported("its value depends on data") }
    if known.count == items.count, known.allSatisfy({ $0 >= 0 }),
      let count = Shape(known).elementCount, count <= 1 << 16
    {
      let reals = [Double](repeating: real, count: count)
      let tensor = call.graph.constant(try Tensor(dtype, Shape(known), rounding: reals))
      tensor.isZero = real == 0
      return .tensor(tensor)
    }
    let lengths = try call.interpreter.ints(items, call)
    let op = ConstantOfShape(value: try Tensor(dtype, [1], rounding: [real]))
    let assumed = Shape(items.map { call.interpreter.int($0) ?? Shape.unknown })
    let tensor = try call.node(op, [lengths], type: TensorType(dtype, assumed))
    tensor.isZero = real == 0
    return .tensor(tensor)
  }

  private static func like(
    _ call: TorchCall,
    _ value: TorchValue,
    typeAt index: Int
  ) throws -> TorchValue {
    let type = try call.type(0)
    let dtype = try dtype(call, at: index, default: type.dtype)
    guard let real = value.real else { throw call.unsupported("its value depends on data") }
    let shape = try call.node(ShapeOf(), [try call.tensor(0)], type: TensorType(.int64, .unranked))
    let op = ConstantOfShape(value: try Tensor(dtype, [1], rounding: [real]))
    return .tensor(try call.node(op, [shape], type: TensorType(dtype, type.shape)))
  }

  /// The overloads take an end, a start and an end, or a step too; types and devices follow.
  private static func range(_ call: TorchCall) throws -> TorchValue {
    var bounds: [TorchValue] = []
    // Four more arguments follow in traced code: type, layout, device, memory.
    let count = call.arguments.count > 4 ? call.arguments.count - 4 : call.arguments.count
    for value in call.arguments.prefix(min(count, 3)) { bounds.append(value) }
    let start = bounds.count > 1 ? bounds[0] : .int(0)
    let end = bounds.count > 1 ? bounds[1] : bounds.first ?? .int(0)
    let step = bounds.count > 2 ? bounds[2] : .int(1)
    var initial = DataType.int64
    for value in bounds { if case .double = value { initial = .float32 } }
    let dtype = try dtype(call, at: call.arguments.count > 4 ? count : -1, default: initial)
    if let first = start.real, let last = end.real, let stride = step.real, stride != 0 {
      let length: Double = max(0, ((last - first) / stride).rounded(.up))
      guard length < 4_194_304 else { throw call.invalid(0, "a smaller count") }
      let reals = (0..<Int(length)).map { first + stride * Double($0) }
      return .tensor(call.graph.constant(try Tensor(dtype, [reals.count], rounding: reals)))
    }
    let inputs = try [start, end, step].map { value in
      guard let tensor = value.tensor ?? call.interpreter.constant(of: value) else {
        throw call.invalid(0, "a number")
      }
      return tensor
    }
    let y = try call.node(ArithmeticRange(), inputs, type: TensorType(.int64, [Shape.unknown]))
    return dtype == .int64 ? .tensor(y) : .tensor(try call.node(Cast(to: dtype), [y], dtype: dtype))
  }

  private static func oneHot(_ call: TorchCall) throws -> TorchValue {
    let count = try call.int(1)
    guard count > 0 else { throw call.unsupported("the number of classes depends on data") }
    let depth = call.graph.constant(Tensor([], [Int64(count)]))
    let values = call.graph.constant(Tensor([2], [Int64(0), 1]))
    return .tensor(try call.node(OneHot(), [try call.tensor(0), depth, values], dtype: .int64))
  }
}
