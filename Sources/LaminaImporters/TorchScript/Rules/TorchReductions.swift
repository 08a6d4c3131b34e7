import LaminaCore
import LaminaOperators

extension TorchInterpreter {
  /// Reductions over axes.
  static let reductions: [TorchRule] = [
    TorchRule("aten::sum") { try reduced($0, .sum) },
    TorchRule("aten::mean") { try reduced($0, .mean) },
    TorchRule("aten::prod") { try reduced($0, .prod) },
    TorchRule("aten::logsumexp") { try reduced($0, .logSumExp) },
    TorchRule("aten::amax") { try reduced($0, .max) },
    TorchRule("aten::amin") { try reduced($0, .min) },
    TorchRule("aten::all") { try reduced($0, .all) },
    TorchRule("aten::any") { try reduced($0, .any) },
    TorchRule("aten::max") { try extreme($0, .max, .max, .max) },
    TorchRule("aten::min") { try extreme($0, .min, .min, .min) },
    TorchRule("aten::argmax") { try place($0, .max) },
    TorchRule("aten::argmin") { try place($0, .min) },
    TorchRule("aten::var") { try variance($0) },
    TorchRule("aten::std") { call in
      guard let variance = try variance(call).tensor else { return .none }
      return .tensor(try call.node(UnaryElementwise(.sqrt), [variance]))
    },
    TorchRule("aten::norm", norm),
    TorchRule("aten::linalg_vector_norm", norm),
    TorchRule("aten::frobenius_norm") { call in
      let axes = try call.ints(1, "dim", default: [])
      let keeps = try call.bool(2, "keepdim", default: false)
      let op = Reduce(.l2, axes: axes.isEmpty ? nil : axes, keepsDimensions: keeps)
      return .tensor(try call.node(op, [try call.tensor(0)]))
    },
    TorchRule("aten::cumsum") { try cumulative($0, .sum) },
    TorchRule("aten::cumprod") { try cumulative($0, .product) },
    TorchRule("aten::topk") { call in
      try sorted(
        call,
        count: call.value(1, "k"),
        axis: try call.int(2, "dim", default: -1),
        largest: try call.bool(3, "largest", default: true)
      )
    },
    TorchRule("aten::sort", sort),
    TorchRule("aten::argsort") { call in
      .tensor(try call.tensorItem(of: try sort(call), 1))
    },
  ]

  /// Sums and the like: all axes, or those that the second argument lists.
  private static func reduced(
    _ call: TorchCall,
    _ function: Reduce.Function
  ) throws -> TorchValue {
    if let items = call.value(0).items { return try reduced(items, call, function) }
    var x = try call.tensor(0)
    let isTest = function == .all || function == .any
    let dtype = call.graph.type(of: x).dtype
    if isTest, dtype != .bool { x = try call.node(Cast(to: .bool), [x], dtype: .bool) }
    if !isTest, function != .max, function != .min, dtype == .bool {
      x = try call.node(Cast(to: .int64), [x], dtype: .int64)
    }
    if call.has(-1, "dtype") || function == .mean && dtype.isInteger,
      call.graph.type(of: x).quantization == nil
    {
      let wanted = TorchScalarType.dtype(try call.int(-1, "dtype", default: 6)) ?? .float32
      if call.graph.type(of: x).dtype != wanted {
        x = try call.node(Cast(to: wanted), [x], dtype: wanted)
      }
    }
    let isWhole = call.value(1, "dim").isNone || call.value(1).items?.isEmpty == true
    let isTypeOnly =
      call.arguments.count == 2 && isWholeCall(function) && call.value(1).items == nil
    let axes = isWhole || isTypeOnly ? nil : try call.ints(1, "dim")
    let keeps = axes != nil ? try call.bool(2, "keepdim", default: false) : false
    return .tensor(try call.node(Reduce(function, axes: axes, keepsDimensions: keeps), [x]))
  }

  /// The sum of a list of numbers, or whether all or any of them count as true.
  private static func reduced(
    _ items: [TorchValue],
    _ call: TorchCall,
    _ function: Reduce.Function
  ) throws -> TorchValue {
    let (name, initial): (String, TorchValue)
    switch function {
    case .sum: (name, initial) = ("aten::add", .int(0))
    case .all: (name, initial) = ("aten::logical_and", .bool(true))
    case .any: (name, initial) = ("aten::logical_or", .bool(false))
    default: throw call.unsupported("of a list")
    }
    return try items.reduce(initial) { result, item in
      let flag = function == .sum ? item : try call.interpreter.callOperator("aten::Bool", [item])
      return try call.interpreter.callOperator(name, [result, flag])
    }
  }

  /// Whether a lone second argument is an element type rather than an axis.
  private static func isWholeCall(_ function: Reduce.Function) -> Bool {
    function == .sum || function == .mean
  }

  private static func extreme(
    _ call: TorchCall,
    _ function: Reduce.Function,
    _ place: ArgReduce.Function,
    _ pair: BinaryElementwise.Function
  ) throws -> TorchValue {
    let x = try call.tensor(0)
    if call.arguments.count == 1, call.named.isEmpty {
      return .tensor(try call.node(Reduce(function, axes: nil, keepsDimensions: false), [x]))
    }
    if case .tensor = call.value(1) {
      return try arithmetic(call, pair, call.value(0), call.value(1))
    }
    let axis = try call.int(1, "dim")
    let keeps = try call.bool(2, "keepdim", default: false)
    let values = try call.node(Reduce(function, axes: [axis], keepsDimensions: keeps), [x])
    let op = ArgReduce(place, axis: axis, keepsDimensions: keeps)
    return .tuple([.tensor(values), .tensor(try call.node(op, [x], dtype: .int64))])
  }

  private static func place(
    _ call: TorchCall,
    _ function: ArgReduce.Function
  ) throws -> TorchValue {
    var x = try call.tensor(0)
    var axis = 0
    if call.has(1, "dim") {
      axis = try call.int(1, "dim")
    } else {
      x = try call.node(Reshape(shape: [-1]), [x])
    }
    let keeps = try call.bool(2, "keepdim", default: false)
    let op = ArgReduce(function, axis: axis, keepsDimensions: keeps)
    return .tensor(try call.node(op, [x], dtype: .int64))
  }

  /// The mean of squares of differences from the mean, or the sum over one less.
  private static func variance(_ call: TorchCall) throws -> TorchValue {
    let x = try call.tensor(0)
    var axes: [Int]?
    var correction = 1
    if case .bool(let isUnbiased) = call.value(1) {
      correction = isUnbiased ? 1 : 0
    } else {
      if call.has(1, "dim") { axes = try call.ints(1, "dim") }
      if case .bool(let isUnbiased) = call.value(2, "unbiased") { correction = isUnbiased ? 1 : 0 }
    }
    correction = try call.int(-1, "correction", default: correction)
    let keeps = try call.bool(axes == nil ? -1 : 3, "keepdim", default: false)
    let mean = try call.node(Reduce(.mean, axes: axes, keepsDimensions: true), [x])
    let difference = try call.node(BinaryElementwise(.sub), [x, mean])
    let square = try call.node(UnaryElementwise(.square), [difference])
    let variance = try call.node(Reduce(.mean, axes: axes, keepsDimensions: keeps), [square])
    guard correction != 0 else { return .tensor(variance) }
    let factor = try besselFactor(call, x, axes, correction)
    return try arithmetic(call, .mul, .tensor(variance), factor)
  }

  /// The number of elements along the axes, divided by one less, or by whatever the correction is.
  private static func besselFactor(
    _ call: TorchCall,
    _ x: TorchTensor,
    _ axes: [Int]?,
    _ correction: Int
  ) throws -> TorchValue {
    let count =
      try axes.map { axes in
        try axes.reduce(TorchValue.int(1)) { product, axis in
          try arithmetic(call, .mul, product, size(of: x, axis: axis, call))
        }
      } ?? elementCount(call)
    let rest = try arithmetic(call, .sub, count, .int(correction))
    let divisor = try arithmetic(call, .max, rest, .int(0))
    if let count = count.real, let divisor = divisor.real { return .double(count / divisor) }
    guard let number = count.tensor else { throw call.invalid(0, "a tensor") }
    return try arithmetic(call, .div, .number(call.interpreter.floating(number, in: call)), divisor)
  }

  private static func norm(_ call: TorchCall) throws -> TorchValue {
    let power = try call.double(1, "p", default: 2)
    let axes = try call.ints(2, "dim", default: [])
    let keeps = try call.bool(3, "keepdim", default: false)
    let x = try call.tensor(0)
    let function: Reduce.Function
    switch power {
    case 1: function = .l1
    case 2: function = .l2
    case .infinity: function = .max
    default: throw call.unsupported("the power \(power)")
    }
    let operand = power == .infinity ? try call.node(UnaryElementwise(.abs), [x]) : x
    let op = Reduce(function, axes: axes.isEmpty ? nil : axes, keepsDimensions: keeps)
    return .tensor(try call.node(op, [operand]))
  }

  private static func cumulative(
    _ call: TorchCall,
    _ function: Cumulative.Function
  ) throws -> TorchValue {
    var x = try call.tensor(0)
    if call.graph.type(of: x).dtype == .bool {
      x = try call.node(Cast(to: .int64), [x], dtype: .int64)
    }
    let axis = call.graph.constant(Tensor([], [Int64(try call.int(1, "dim"))]))
    return .tensor(try call.node(Cumulative(function), [x, axis]))
  }

  private static func sort(_ call: TorchCall) throws -> TorchValue {
    // With a flag for stability first in one of the overloads.
    let hasFlag = call.arguments.count > 3
    let axis = try call.int(hasFlag ? 2 : 1, "dim", default: -1)
    let descends = try call.bool(hasFlag ? 3 : 2, "descending", default: false)
    let count = try size(of: try call.tensor(0), axis: axis, call)
    return try sorted(call, count: count, axis: axis, largest: descends)
  }

  private static func sorted(
    _ call: TorchCall,
    count: TorchValue,
    axis: Int,
    largest: Bool
  ) throws -> TorchValue {
    let x = try call.tensor(0)
    let known = call.interpreter.int(count)
    let op = TopK(axis: axis, count: known, largest: largest)
    let inputs = known == nil ? [x, try call.interpreter.ints([count], call)] : [x]
    let parts = try call.nodes(op, inputs, dtypes: [call.graph.type(of: x).dtype, .int64])
    return .tuple(parts.map { .tensor($0) })
  }
}

extension TorchCall {
  /// The tensor at a place of a tuple.
  func tensorItem(of value: TorchValue, _ index: Int) throws -> TorchTensor {
    guard let items = value.items, items.indices.contains(index), let tensor = items[index].tensor
    else { throw unsupported("it gives back no tensors") }
    return tensor
  }
}
