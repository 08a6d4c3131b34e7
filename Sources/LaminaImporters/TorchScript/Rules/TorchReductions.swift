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
        count: try call.int(1, "k"),
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
    if let items = call.value(0).items {
      let sum = try items.reduce(TorchValue.int(0)) { try arithmetic(call, .add, $0, $1) }
      if function == .sum { return sum }
    }
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
    let shape = call.graph.type(of: x).shape
    let places = try axes.map { try $0.map { try shape.axis($0) } } ?? Array(0..<shape.rank)
    guard shape.isRanked, places.allSatisfy({ shape[$0] > 0 }) else {
      throw call.unsupported("the number of elements depends on data")
    }
    let count = places.reduce(1) { $0 &* shape[$1] }
    let factor = Double(count) / Double(max(count - correction, 0))
    return try arithmetic(call, .mul, .tensor(variance), .double(factor))
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
    let shape = try call.type(0).shape
    let place = axis < 0 ? axis + shape.rank : axis
    guard shape.isRanked, shape.dims.indices.contains(place), shape[place] >= 0 else {
      throw call.unsupported("the number of elements depends on data")
    }
    return try sorted(call, count: shape[place], axis: axis, largest: descends)
  }

  private static func sorted(
    _ call: TorchCall,
    count: Int,
    axis: Int,
    largest: Bool
  ) throws -> TorchValue {
    let x = try call.tensor(0)
    let op = TopK(axis: axis, count: count, largest: largest)
    let parts = try call.nodes(op, [x], dtypes: [call.graph.type(of: x).dtype, .int64])
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
