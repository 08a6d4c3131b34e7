import LaminaCore
import LaminaOperators

extension TorchInterpreter {
  /// Lengths, and numbers out of tensors and into them.
  static let numbers: [TorchRule] = [
    TorchRule("aten::size", size),
    TorchRule("aten::sym_size", size),
    TorchRule("aten::numel", elementCount),
    TorchRule("aten::dim", rank),
    TorchRule("prim::NumToTensor") { call in
      let tensor = try call.tensor(0)
      return .tensor(copy(of: tensor))
    },
    TorchRule("aten::tensor") { call in try tensor(of: call.value(0), call) },
    TorchRule("aten::scalar_tensor") { call in try tensor(of: call.value(0), call) },
    TorchRule("aten::as_tensor") { call in try tensor(of: call.value(0), call) },
    TorchRule("aten::Int") { try number($0, .int64) },
    TorchRule("aten::IntImplicit") { try number($0, .int64) },
    TorchRule("aten::Float") { try number($0, .float32) },
    TorchRule("aten::FloatImplicit") { try number($0, .float32) },
    TorchRule("aten::ScalarImplicit") { try number($0, nil) },
    TorchRule("aten::item") { try number($0, nil) },
    TorchRule("aten::Bool") { call in
      if let isTrue = try call.interpreter.truth(of: call.value(0)) { return .bool(isTrue) }
      return try number(call, .bool)
    },
    TorchRule("prim::min") { try extreme($0, .min) },
    TorchRule("prim::max") { try extreme($0, .max) },
    TorchRule("prim::abs") { call in
      if case .int(let value) = call.value(0) { return .int(value == .min ? .max : abs(value)) }
      if case .double(let value) = call.value(0) { return .double(abs(value)) }
      return .number(try call.node(UnaryElementwise(.abs), [try call.tensor(0)]))
    },
    TorchRule("aten::ceil.Scalar") { .double((try $0.double(0)).rounded(.up)) },
  ]

  /// The same contents under another identity, so that changes in place stay apart.
  static func copy(of tensor: TorchTensor) -> TorchTensor {
    if let constant = tensor.constant { return TorchTensor(constant: constant, name: tensor.name) }
    let copy = TorchTensor(id: tensor.id ?? ValueID(0), level: tensor.level, name: tensor.name)
    copy.lengthOf = tensor.lengthOf
    copy.origin = tensor.origin
    return copy
  }

  static func size(_ call: TorchCall) throws -> TorchValue {
    let x = try call.tensor(0)
    if call.has(1, "dim") { return try size(of: x, axis: try call.int(1, "dim"), call) }
    // Code that takes the lengths apart tells how many there are.
    if call.resultCount > 1 { try call.interpreter.need(x, rank: call.resultCount) }
    let shape = call.graph.type(of: x).shape
    let isTold = call.resultCount > 1 && !shape.isRanked
    let rank = try isTold ? call.resultCount : call.interpreter.rank(of: x)
    return .list(TorchList(try (0..<rank).map { try size(of: x, axis: $0, call) }))
  }

  /// The number of axes: a plain number where it is known.
  static func rank(_ call: TorchCall) throws -> TorchValue {
    let x = try call.tensor(0)
    let shape = call.graph.type(of: x).shape
    if shape.isRanked { return .int(shape.rank) }
    guard call.interpreter.leavesRanksOpen else { return .int(try call.interpreter.rank(of: x)) }
    call.interpreter.asksForRanks = true
    let list = try call.node(ShapeOf(), [x], type: TensorType(.int64, [Shape.unknown]))
    return .number(try call.node(SizeOf(), [list], type: TensorType(.int64, [])))
  }

  /// The length of an axis: a plain number where it is known.
  static func size(of x: TorchTensor, axis: Int, _ call: TorchCall) throws -> TorchValue {
    let shape = call.graph.type(of: x).shape
    var place = axis
    if shape.isRanked {
      let rank = shape.rank
      place = axis < 0 ? axis + rank : axis
      guard place >= 0, place < rank else { throw call.invalid(1, "an axis of rank \(rank)") }
      if shape[place] >= 0 { return .int(shape[place]) }
    } else {
      call.interpreter.hint(x, axis: axis)
    }
    let op = ShapeOf(start: place, end: place == -1 ? nil : place + 1)
    let list = try call.node(op, [x], type: TensorType(.int64, [1]))
    let number = try call.node(Squeeze(axes: [0]), [list], type: TensorType(.int64, []))
    number.lengthOf = (try call.graph.id(of: x), place)
    return .number(number)
  }

  static func elementCount(_ call: TorchCall) throws -> TorchValue {
    let x = try call.tensor(0)
    if let count = call.graph.type(of: x).shape.elementCount { return .int(count) }
    return .number(try call.node(SizeOf(), [x], type: TensorType(.int64, [])))
  }

  /// A number out of a tensor with one element.
  private static func number(_ call: TorchCall, _ dtype: DataType?) throws -> TorchValue {
    let value = call.value(0)
    if let real = value.real {
      switch dtype {
      case .int64?: return .int(Int(exactly: real.rounded(.towardZero)) ?? 0)
      case .float32?: return .double(real)
      default: return value
      }
    }
    if case .string(let text) = value {
      guard let real = Double(text) else { throw call.invalid(0, "a number") }
      return .double(real)
    }
    var tensor = try call.tensor(0)
    let type = call.graph.type(of: tensor)
    if let dtype, type.dtype != dtype, !(dtype == .float32 && type.dtype.isFloatingPoint) {
      tensor = try call.node(Cast(to: dtype), [tensor], dtype: dtype)
    }
    let shape = call.graph.type(of: tensor).shape
    if shape.isRanked, shape.rank > 0 {
      tensor = try call.node(Reshape(shape: []), [tensor])
    }
    let result = call.interpreter.simplified(tensor)
    if case .number(let number) = result { number.lengthOf = number.lengthOf ?? tensor.lengthOf }
    return result
  }

  /// A tensor of numbers that the code states, in lists of any depth.
  private static func tensor(of value: TorchValue, _ call: TorchCall) throws -> TorchValue {
    let wanted = call.has(-1, "dtype") ? TorchScalarType.dtype(try call.int(-1, "dtype")) : nil
    if let tensor = value.tensor {
      guard let wanted, call.graph.type(of: tensor).dtype != wanted else {
        return .tensor(copy(of: tensor))
      }
      return .tensor(try call.node(Cast(to: wanted), [tensor], dtype: wanted))
    }
    var reals: [Double] = []
    var shape: [Int] = []
    var dtype = DataType.bool
    func collect(_ value: TorchValue, _ depth: Int) -> Bool {
      if let items = value.items {
        if shape.count == depth { shape.append(items.count) }
        return depth < 16 && shape[depth] == items.count
          && items.allSatisfy { collect($0, depth + 1) }
      }
      guard depth == shape.count, let real = value.real else { return false }
      if case .int = value, dtype == .bool { dtype = .int64 }
      if case .double = value { dtype = .float32 }
      reals.append(real)
      return true
    }
    guard collect(value, 0) else {
      guard let items = value.items else { throw call.invalid(0, "numbers") }
      return .tensor(try call.interpreter.ints(items, call))
    }
    if reals.isEmpty { dtype = .float32 }
    return .tensor(call.graph.constant(try Tensor(wanted ?? dtype, Shape(shape), rounding: reals)))
  }

  private static func extreme(
    _ call: TorchCall,
    _ function: BinaryElementwise.Function
  ) throws -> TorchValue {
    guard let items = call.value(0).items, let first = items.first else {
      return try arithmetic(call, function, call.value(0), call.value(1))
    }
    return try items.dropFirst().reduce(first) { try arithmetic(call, function, $0, $1) }
  }
}
