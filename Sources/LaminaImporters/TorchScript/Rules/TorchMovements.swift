import LaminaCore
import LaminaOperators

extension TorchInterpreter {
  /// What changes shapes, orders of axes and element types.
  static let movements: [TorchRule] = [
    TorchRule("aten::view") { try reshape($0, $0.tensor(0), $0.value(1)) },
    TorchRule("aten::reshape") { try reshape($0, $0.tensor(0), $0.value(1)) },
    TorchRule("aten::_unsafe_view") { try reshape($0, $0.tensor(0), $0.value(1)) },
    TorchRule("aten::view_as") { try reshape($0, $0.tensor(0), shape(of: $0.tensor(1), $0)) },
    TorchRule("aten::reshape_as") { try reshape($0, $0.tensor(0), shape(of: $0.tensor(1), $0)) },
    TorchRule("aten::flatten", flatten),
    TorchRule("aten::unflatten", unflatten),
    TorchRule("aten::permute") { call in
      let axes = try call.ints(1, "dims")
      let x = try call.tensor(0)
      try call.interpreter.need(x, rank: axes.count)
      let order = axes.map { $0 < 0 ? $0 + axes.count : $0 }
      let y = try call.node(Transpose(permutation: order), [x])
      let back = order.indices.map { place in order.firstIndex(of: place) ?? 0 }
      y.alias = TorchAlias(base: x, order: back)
      return .tensor(y)
    },
    TorchRule("aten::swapdims") { try swappedAxes($0, $0.int(1), $0.int(2)) },
    TorchRule("aten::transpose") { try swappedAxes($0, $0.int(1), $0.int(2)) },
    TorchRule("aten::swapaxes") { try swappedAxes($0, $0.int(1), $0.int(2)) },
    TorchRule("aten::t") { call in
      let y = try reversedAxes(call)
      if let x = call.value(0).tensor { y.tensor?.alias = TorchAlias(base: x, order: [1, 0]) }
      return y
    },
    TorchRule("aten::numpy_T") { try reversedAxes($0) },
    TorchRule("aten::mT") { try swappedAxes($0, -2, -1) },
    TorchRule("aten::squeeze", squeeze),
    TorchRule("aten::unsqueeze") { call in
      .tensor(try call.node(Unsqueeze(axes: [try call.int(1, "dim")]), [try call.tensor(0)]))
    },
    TorchRule("aten::expand", expand),
    TorchRule("aten::broadcast_to", expand),
    TorchRule("aten::expand_as") { call in
      let target = try call.node(
        ShapeOf(),
        [try call.tensor(1)],
        type: TensorType(.int64, .unranked)
      )
      return .tensor(try call.node(Expand(), [try call.tensor(0), target]))
    },
    TorchRule("aten::pixel_unshuffle") { call in
      let op = SpaceToDepth(blockSize: try call.int(1), mode: .columnFirst)
      return .tensor(try call.node(op, [try call.tensor(0)]))
    },
    TorchRule("aten::movedim") { call in
      let x = try call.tensor(0)
      let rank = try call.interpreter.rank(of: x)
      let (from, to) = (try call.axis(1), try call.axis(2))
      guard (0..<rank).contains(from), (0..<rank).contains(to) else {
        throw call.invalid(1, "axes of rank \(rank)")
      }
      var order = Array(0..<rank)
      order.insert(order.remove(at: from), at: to)
      return .tensor(try call.node(Transpose(permutation: order), [x]))
    },
    TorchRule("aten::repeat_interleave") { call in
      let x = try call.tensor(0)
      let (count, axis) = (try call.int(1), try call.axis(2))
      let rank = try call.interpreter.rank(of: x)
      guard count > 0, (0..<rank).contains(axis) else {
        throw call.invalid(1, "a count and an axis")
      }
      var counts = Array(repeating: 1, count: rank + 1)
      counts[axis + 1] = count
      let apart = try call.node(Unsqueeze(axes: [axis + 1]), [x])
      let rows = try call.node(Tile(repeats: counts), [apart])
      let lengths = try (0..<rank).map { place in
        place == axis ? TorchValue.int(-1) : try size(of: x, axis: place, call)
      }
      return try reshape(call, rows, .tuple(lengths))
    },
    TorchRule("aten::nonzero") { call in
      let places = try call.node(NonZero(), [try call.tensor(0)], dtype: .int64)
      return .tensor(try call.node(Transpose(permutation: [1, 0]), [places]))
    },
    TorchRule("aten::repeat", repeated),
    TorchRule("aten::tile", repeated),
    TorchRule("aten::contiguous") { $0.value(0) },
    TorchRule("aten::clone") { .tensor(copy(of: try $0.tensor(0))) },
    TorchRule("aten::alias") { $0.value(0) },
    TorchRule("aten::cpu") { $0.value(0) },
    TorchRule("aten::to", cast),
    TorchRule("aten::type", cast),
    TorchRule("aten::type_as") { try cast($0, to: $0.type(1).dtype) },
    TorchRule("aten::_cast_Float") { try cast($0, to: .float32) },
    TorchRule("aten::float") { try cast($0, to: .float32) },
    TorchRule("aten::double") { try cast($0, to: .float64) },
    TorchRule("aten::half") { try cast($0, to: .float16) },
    TorchRule("aten::long") { try cast($0, to: .int64) },
    TorchRule("aten::bool") { try cast($0, to: .bool) },
    TorchRule("aten::flip") { call in
      .tensor(try call.node(Reverse(axes: try call.ints(1, "dims")), [try call.tensor(0)]))
    },
    TorchRule("aten::roll", roll),
    TorchRule("aten::tril") { try triangle($0, keepsUpper: false) },
    TorchRule("aten::triu") { try triangle($0, keepsUpper: true) },
    TorchRule("aten::pixel_shuffle") { call in
      let op = DepthToSpace(blockSize: try call.int(1), mode: .columnFirst)
      return .tensor(try call.node(op, [try call.tensor(0)]))
    },
    TorchRule("aten::channel_shuffle", channelShuffle),
  ]

  // MARK: Shapes

  static func shape(of tensor: TorchTensor, _ call: TorchCall) throws -> TorchValue {
    let rank = try call.interpreter.rank(of: tensor)
    return .list(TorchList(try (0..<rank).map { try size(of: tensor, axis: $0, call) }))
  }

  /// Changes the shape; lengths that only the run knows are left to the operator where they can be.
  static func reshape(_ call: TorchCall, _ x: TorchTensor, _ target: TorchValue) throws
    -> TorchValue
  {
    guard let items = target.items else { throw call.invalid(1, "a list of lengths") }
    var lengths = items.map { call.interpreter.int($0) }
    let own = try call.graph.id(of: x)
    for (axis, item) in items.enumerated() where lengths[axis] == nil {
      if let length = item.tensor?.lengthOf, length.value == own, length.axis == axis {
        lengths[axis] = 0
      }
    }
    if lengths.filter({ $0 == nil }).count == 1, !lengths.contains(-1),
      let place = lengths.firstIndex(where: { $0 == nil })
    {
      lengths[place] = -1
    }
    let type = call.graph.type(of: x)
    if !lengths.contains(nil) {
      let known = lengths.compactMap { $0 }
      let isCopied = zip(items, known).contains { $1 == 0 && call.interpreter.int($0) == nil }
      let op = Reshape(shape: known, zeroIsLength: !isCopied && known.contains(0))
      let assumed = Shape(known.map { $0 > 0 ? $0 : Shape.unknown })
      return .tensor(
        try call.node(
          op,
          [x],
          type: TensorType(type.dtype, assumed, quantization: type.quantization)
        )
      )
    }
    let list = try call.interpreter.ints(items, call)
    let assumed = Shape(lengths.map { $0.map { $0 > 0 ? $0 : Shape.unknown } ?? Shape.unknown })
    return .tensor(
      try call.node(
        Reshape(),
        [x, list],
        type: TensorType(type.dtype, assumed, quantization: type.quantization)
      )
    )
  }

  private static func flatten(_ call: TorchCall) throws -> TorchValue {
    let x = try call.tensor(0)
    let start = try call.int(1, "start_dim", default: 0)
    let end = try call.int(2, "end_dim", default: -1)
    if start == 0, end == -1 { return .tensor(try call.node(Reshape(shape: [-1]), [x])) }
    if start == 1, end == -1 {
      let type = call.graph.type(of: x)
      let shape: Shape = [Shape.unknown, Shape.unknown]
      return .tensor(
        try call.node(
          Flatten(axis: 1),
          [x],
          type: TensorType(type.dtype, shape, quantization: type.quantization)
        )
      )
    }
    let rank = try call.interpreter.rank(of: x)
    let (first, last) = (start < 0 ? start + rank : start, end < 0 ? end + rank : end)
    guard 0...last ~= first, last < rank else { throw call.invalid(1, "axes of rank \(rank)") }
    if first == last { return call.value(0) }
    var lengths: [TorchValue] = []
    for axis in 0..<first { lengths.append(try size(of: x, axis: axis, call)) }
    lengths.append(.int(-1))
    for axis in last + 1..<max(rank, last + 1) {
      lengths.append(try size(of: x, axis: axis, call))
    }
    return try reshape(call, x, .tuple(lengths))
  }

  private static func unflatten(_ call: TorchCall) throws -> TorchValue {
    let x = try call.tensor(0)
    let rank = try call.interpreter.rank(of: x)
    let axis = try call.axis(1)
    guard let sizes = call.value(2, "sizes").items, (0..<rank).contains(axis) else {
      throw call.invalid(2, "lengths")
    }
    var lengths: [TorchValue] = []
    for place in 0..<rank {
      if place == axis {
        lengths += sizes
      } else {
        lengths.append(try size(of: x, axis: place, call))
      }
    }
    return try reshape(call, x, .tuple(lengths))
  }

  static func swappedAxes(_ call: TorchCall, _ a: Int, _ b: Int) throws -> TorchValue {
    let x = try call.tensor(0)
    let rank = try call.interpreter.rank(of: x)
    let (i, j) = (a < 0 ? a + rank : a, b < 0 ? b + rank : b)
    guard (0..<rank).contains(i), (0..<rank).contains(j) else {
      throw call.invalid(1, "axes of rank \(rank)")
    }
    var order = Array(0..<rank)
    order.swapAt(i, j)
    let y = try call.node(Transpose(permutation: order), [x])
    y.alias = TorchAlias(base: x, order: order)
    return .tensor(y)
  }

  static func reversedAxes(_ call: TorchCall) throws -> TorchValue {
    .tensor(try call.node(Transpose(), [try call.tensor(0)]))
  }

  private static func squeeze(_ call: TorchCall) throws -> TorchValue {
    let x = try call.tensor(0)
    guard call.has(1, "dim") else { return .tensor(try call.node(Squeeze(), [x])) }
    let shape = call.graph.type(of: x).shape
    let axes = try call.ints(1, "dim").filter { axis in
      guard shape.isRanked else { return true }
      let place = axis < 0 ? axis + shape.rank : axis
      return shape.dims.indices.contains(place) ? shape[place] == 1 || shape[place] < 0 : true
    }
    if axes.isEmpty { return .tensor(copy(of: x)) }
    return .tensor(try call.node(Squeeze(axes: axes), [x]))
  }

  private static func expand(_ call: TorchCall) throws -> TorchValue {
    let x = try call.tensor(0)
    guard let items = call.value(1, "size").items else { throw call.invalid(1, "lengths") }
    let lengths = items.map { call.interpreter.int($0) == -1 ? TorchValue.int(1) : $0 }
    if lengths.allSatisfy({ call.interpreter.int($0) == 1 }), call.graph.type(of: x).shape.isRanked,
      call.graph.type(of: x).shape.rank == items.count
    {
      return .tensor(copy(of: x))
    }
    let target = try call.interpreter.ints(lengths, call)
    return .tensor(try call.node(Expand(), [x, target]))
  }

  private static func repeated(_ call: TorchCall) throws -> TorchValue {
    var x = try call.tensor(0)
    guard let items = call.value(1).items else { throw call.invalid(1, "counts") }
    let rank = try call.interpreter.rank(of: x)
    if items.count > rank {
      x = try call.node(Unsqueeze(axes: Array(0..<items.count - rank)), [x])
    }
    let counts = Array(repeating: TorchValue.int(1), count: max(0, rank - items.count)) + items
    let known = counts.compactMap { call.interpreter.int($0) }
    if known.count == counts.count { return .tensor(try call.node(Tile(repeats: known), [x])) }
    return .tensor(try call.node(Tile(), [x, try call.interpreter.ints(counts, call)]))
  }

  // MARK: Types

  /// The overloads take the type first or second, another tensor, or no type at all.
  private static func cast(_ call: TorchCall) throws -> TorchValue {
    for index in [1, 2] {
      switch call.value(index, "dtype") {
      case .int(let number):
        guard !TorchScalarType.isQuantized(number) else { throw call.unsupported("to codes") }
        guard let dtype = TorchScalarType.dtype(number) else { throw call.invalid(index, "a type") }
        return try cast(call, to: dtype)
      case .tensor(let other): return try cast(call, to: call.graph.type(of: other).dtype)
      default: continue
      }
    }
    return call.value(0)
  }

  static func cast(_ call: TorchCall, to dtype: DataType) throws -> TorchValue {
    let x = try call.tensor(0)
    let type = call.graph.type(of: x)
    if type.dtype == dtype, type.quantization == nil { return call.value(0) }
    let y = try call.node(Cast(to: dtype), [x], dtype: dtype)
    y.origin = x.origin
    return .tensor(y)
  }

  // MARK: Order

  private static func roll(_ call: TorchCall) throws -> TorchValue {
    let (shifts, axes) = (try call.ints(1, "shifts"), try call.ints(2, "dims", default: []))
    guard shifts.count == axes.count else { throw call.unsupported("it rolls all axes as one") }
    var x = try call.tensor(0)
    for (shift, axis) in zip(shifts, axes) where shift != 0 {
      let far = Int(Int32.max)
      let head = try call.node(Slice(starts: [-shift], ends: [far], axes: [axis]), [x])
      let tail = try call.node(
        Slice(starts: [shift > 0 ? 0 : -far], ends: [-shift], axes: [axis]),
        [x]
      )
      x = try call.node(Concat(axis: axis), [head, tail])
    }
    return .tensor(x)
  }

  private static func triangle(_ call: TorchCall, keepsUpper: Bool) throws -> TorchValue {
    let diagonal = call.graph.constant(Tensor([], [Int64(try call.int(1, default: 0))]))
    return .tensor(try call.node(Trilu(keepsUpper: keepsUpper), [try call.tensor(0), diagonal]))
  }

  private static func channelShuffle(_ call: TorchCall) throws -> TorchValue {
    let x = try call.tensor(0)
    let groups = try call.int(1)
    let type = call.graph.type(of: x)
    guard type.shape.rank == 4, type.shape[1] > 0, groups > 0 else {
      throw call.unsupported("the number of channels is not known")
    }
    let channels = type.shape[1]
    let lengths = try [
      size(of: x, axis: 0, call), .int(groups), .int(channels / groups),
      size(of: x, axis: 2, call), size(of: x, axis: 3, call),
    ]
    guard let split = try reshape(call, x, .tuple(lengths)).tensor else { return call.value(0) }
    let swapped = try call.node(Transpose(permutation: [0, 2, 1, 3, 4]), [split])
    return try reshape(call, swapped, .tuple([lengths[0], .int(channels), lengths[3], lengths[4]]))
  }
}
