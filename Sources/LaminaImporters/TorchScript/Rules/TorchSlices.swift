import LaminaCore
import LaminaOperators

extension TorchInterpreter {
  /// Parts of tensors, and tensors put together.
  static let slices: [TorchRule] = [
    TorchRule("aten::slice", slice),
    TorchRule("aten::select", select),
    TorchRule("aten::narrow") { call in
      let start = try call.int(2)
      let end = start + (try call.int(3))
      return try part(call, try call.axis(1), start, end, step: 1, dropsAxis: false)
    },
    TorchRule("aten::index_select") { call in
      .tensor(
        try call.node(Gather(axis: try call.axis(1)), [try call.tensor(0), try call.tensor(2)])
      )
    },
    TorchRule("aten::gather") { call in
      let op = GatherElements(axis: try call.axis(1))
      return .tensor(try call.node(op, [try call.tensor(0), try call.tensor(2)]))
    },
    TorchRule("aten::scatter") { call in
      let op = ScatterElements(axis: try call.axis(1))
      let (x, places) = (try call.tensor(0), try call.tensor(2))
      guard call.value(3, "value").tensor == nil else {
        return .tensor(try call.node(op, [x, places, try call.tensor(3)]))
      }
      let dtype = call.graph.type(of: x).dtype
      guard let number = call.interpreter.constant(of: call.value(3, "value"), dtype: dtype) else {
        throw call.invalid(3, "a number or a tensor")
      }
      let shape = try call.node(ShapeOf(), [places], type: TensorType(.int64, .unranked))
      return .tensor(try call.node(op, [x, places, try call.node(Expand(), [number, shape])]))
    },
    TorchRule("aten::index", index),
    TorchRule("aten::cat", concatenated),
    TorchRule("aten::concat", concatenated),
    TorchRule("aten::stack") { call in
      if let all = try grown(call) { return .tensor(try moved(call, all)) }
      let axis = try call.int(1, "dim", default: 0)
      return .tensor(try call.node(Pack(axis: axis), try joined(call)))
    },
    TorchRule("aten::chunk", chunk),
    TorchRule("aten::unsafe_chunk", chunk),
    TorchRule("aten::tensor_split", chunk),
    TorchRule("aten::split", split),
    TorchRule("aten::unsafe_split", split),
    TorchRule("aten::unsafe_split_with_sizes", split),
    TorchRule("aten::split_with_sizes", split),
    TorchRule("aten::unbind", unbind),
    TorchRule("prim::ListUnpack") { $0.value(0) },
    TorchRule("aten::copy") { call in
      if call.arguments.count == 1 { return .list(TorchList(call.value(0).items ?? [])) }
      return try filled(call, with: call.value(1))
    },
    TorchRule("aten::fill") { try filled($0, with: $0.value(1)) },
    TorchRule("aten::zero") { try filled($0, with: .int(0)) },
  ]

  private static func concatenated(_ call: TorchCall) throws -> TorchValue {
    if let all = try grown(call) { return try merged(call, all) }
    let axis = try call.int(1, "dim", default: 0)
    return .tensor(try call.node(Concat(axis: axis), try joined(call)))
  }

  /// Tensors to be joined, all of one type.
  private static func joined(_ call: TorchCall) throws -> [TorchTensor] {
    let tensors = try call.tensors(0)
    guard let first = tensors.first else { throw call.invalid(0, "tensors") }
    var dtype = call.graph.type(of: first).dtype
    for tensor in tensors.dropFirst() {
      let known = TorchValue.tensor(call.graph.constant(try Tensor(zeros: dtype, [1])))
      dtype = promoted(known, .tensor(tensor), call)
    }
    if call.graph.type(of: first).quantization != nil { return tensors }
    return try tensors.map { tensor in
      if call.graph.type(of: tensor).dtype == dtype { return tensor }
      return try call.node(Cast(to: dtype), [tensor], dtype: dtype)
    }
  }

  // MARK: Parts

  private static func slice(_ call: TorchCall) throws -> TorchValue {
    if let items = call.value(0).items { return sliced(items, call) }
    // Code with brackets has no axis.
    let isShort = call.arguments.count == 4 && call.value(1).isNone
    let axis = isShort ? 0 : try call.axis(1, default: 0)
    let first = isShort ? 1 : 2
    let start = call.value(first, "start")
    let end = call.value(first + 1, "end")
    let step = try call.int(first + 2, "step", default: 1)
    let far = Int(Int32.max)
    let from = start.isNone ? 0 : call.interpreter.int(start)
    let to = end.isNone ? far : call.interpreter.int(end)
    guard let from, let to else {
      let list = try [start, end, .int(step)].enumerated().map { place, value in
        try call.interpreter.ints([value.isNone ? .int(place == 0 ? 0 : far) : value], call)
      }
      let inputs = [try call.tensor(0), list[0], list[1], call.graph.ints([axis]), list[2]]
      let part = try call.node(Slice(), inputs)
      part.looseBase = inputs[0]
      return .tensor(part)
    }
    if from == 0, to >= far, step == 1 {
      let same = copy(of: try call.tensor(0))
      same.view = TorchView(
        base: try call.tensor(0),
        axis: axis,
        start: 0,
        end: far,
        dropsAxis: false
      )
      return .tensor(same)
    }
    return try part(call, axis, from, min(to, far), step: step, dropsAxis: false)
  }

  private static func sliced(_ items: [TorchValue], _ call: TorchCall) -> TorchValue {
    let count = items.count
    func bound(_ index: Int, _ initial: Int) -> Int {
      guard let value = call.interpreter.int(call.value(index)) else { return initial }
      return min(max(value < 0 ? value + count : value, 0), count)
    }
    let step = max(1, call.interpreter.int(call.value(3)) ?? 1)
    let part = stride(from: bound(1, 0), to: bound(2, count), by: step).map { items[$0] }
    if case .tuple = call.value(0) { return .tuple(part) }
    return .list(TorchList(part))
  }

  private static func select(_ call: TorchCall) throws -> TorchValue {
    let axis = try call.axis(1)
    guard let position = call.interpreter.int(call.value(2, "index")) else {
      let index = try call.tensor(2, "index")
      let x = try call.tensor(0)
      let part = try call.node(Gather(axis: axis), [x, index])
      part.looseBase = x
      return .tensor(part)
    }
    let end = position == -1 ? Int(Int32.max) : position + 1
    return try part(call, axis, position, end, step: 1, dropsAxis: true)
  }

  /// Takes positions along an axis, and notes where they came from.
  private static func part(
    _ call: TorchCall,
    _ axis: Int,
    _ start: Int,
    _ end: Int,
    step: Int,
    dropsAxis: Bool
  ) throws -> TorchValue {
    let x = try call.tensor(0)
    var inputs = [x]
    var op = Slice(starts: [start], ends: [end], axes: [axis])
    if step != 1 {
      op = Slice()
      inputs += [[start], [end], [axis], [step]].map { call.graph.ints($0) }
    }
    var y = try call.node(op, inputs)
    if dropsAxis { y = try call.node(Squeeze(axes: [axis]), [y]) }
    let shape = call.graph.type(of: x).shape
    let length = shape.isRanked && axis >= 0 && axis < shape.rank ? shape[axis] : -1
    func place(_ bound: Int) -> Int {
      guard length >= 0 else { return bound }
      return bound >= 0 ? min(bound, length) : max(0, bound + length)
    }
    if step == 1, axis >= 0 {
      y.view = TorchView(
        base: x,
        axis: axis,
        start: place(start),
        end: place(end),
        dropsAxis: dropsAxis
      )
    } else {
      y.looseBase = x
    }
    return .tensor(y)
  }

  /// Takes elements by tensors of positions; a tensor of truth values cannot tell how many.
  private static func index(_ call: TorchCall) throws -> TorchValue {
    guard let items = call.value(1).items else { throw call.invalid(1, "a list of positions") }
    let places = items.indices.filter { !items[$0].isNone }
    let indices = places.compactMap { items[$0].tensor }
    guard indices.count == places.count, let first = places.first else {
      throw call.invalid(1, "tensors of positions")
    }
    guard indices.allSatisfy({ call.graph.type(of: $0).dtype != .bool }) else {
      throw call.unsupported("it takes elements by truth values")
    }
    let x = try call.tensor(0)
    if indices.count == 1 { return .tensor(try call.node(Gather(axis: first), [x, indices[0]])) }
    guard first == 0, places == Array(0..<places.count) else {
      throw call.unsupported("several tensors of positions, not for the first axes")
    }
    var total = try call.node(UnaryElementwise(.neg), [indices[0]])
    for other in indices { total = try call.node(BinaryElementwise(.add), [total, other]) }
    let zero = try call.node(BinaryElementwise(.sub), [total, total])
    let spread = try indices.map { try call.node(BinaryElementwise(.add), [$0, zero]) }
    return .tensor(try call.node(GatherND(), [x, try call.node(Pack(axis: -1), spread)]))
  }

  // MARK: Splitting

  private static func pieces(
    _ call: TorchCall,
    _ axis: Int,
    sizes: [Int]?,
    count: Int
  ) throws -> TorchValue {
    let x = try call.tensor(0)
    guard (1...4096).contains(count) else { throw call.invalid(1, "1 to 4096 parts") }
    if count == 1 { return .list(TorchList([.tensor(copy(of: x))])) }
    let dtypes = Array(repeating: call.graph.type(of: x).dtype, count: count)
    let parts = try call.nodes(Split(axis: axis, sizes: sizes, count: count), [x], dtypes: dtypes)
    return .list(TorchList(parts.map { .tensor($0) }))
  }

  private static func length(_ call: TorchCall, _ axis: Int) throws -> Int? {
    let shape = try call.type(0).shape
    let place = axis < 0 ? axis + shape.rank : axis
    guard shape.isRanked, shape.dims.indices.contains(place), shape[place] >= 0 else { return nil }
    return shape[place]
  }

  private static func chunk(_ call: TorchCall) throws -> TorchValue {
    let axis = try call.axis(2, default: 0)
    let count = try call.int(1, "chunks")
    guard (1...4096).contains(count) else { throw call.invalid(1, "1 to 4096 parts") }
    guard let length = try length(call, axis), length > 0 else {
      return try pieces(call, axis, sizes: nil, count: count)
    }
    return try pieces(call, axis, evenly: (length + count - 1) / count, of: length)
  }

  private static func pieces(
    _ call: TorchCall,
    _ axis: Int,
    evenly size: Int,
    of length: Int
  ) throws -> TorchValue {
    guard size > 0, length / size < 4096 else { throw call.invalid(1, "fewer parts") }
    let sizes = stride(from: 0, to: length, by: size).map { min(size, length - $0) }
    return try pieces(call, axis, sizes: sizes, count: sizes.count)
  }

  private static func split(_ call: TorchCall) throws -> TorchValue {
    let axis = try call.axis(2, default: 0)
    if call.value(1).items != nil {
      let sizes = try call.ints(1)
      return try pieces(call, axis, sizes: sizes, count: sizes.count)
    }
    let size = try call.int(1)
    if let length = try length(call, axis) {
      return try pieces(call, axis, evenly: size, of: length)
    }
    guard call.resultCount > 1 else { throw call.unsupported("the number of parts is not known") }
    return try pieces(call, axis, sizes: nil, count: call.resultCount)
  }

  private static func unbind(_ call: TorchCall) throws -> TorchValue {
    let axis = try call.axis(1, default: 0)
    let count = try length(call, axis) ?? (call.resultCount > 1 ? call.resultCount : nil)
    guard let count, (1...4096).contains(count) else {
      throw call.unsupported("the number of parts is not known")
    }
    let dtypes = Array(repeating: try call.type(0).dtype, count: count)
    let op = Unpack(axis: axis, count: count)
    let parts = try call.nodes(op, [try call.tensor(0)], dtypes: dtypes)
    return .list(TorchList(parts.map { .tensor($0) }))
  }

  /// A value spread over the shape of the first argument.
  private static func filled(_ call: TorchCall, with value: TorchValue) throws -> TorchValue {
    let type = try call.type(0)
    let source: TorchTensor
    if let tensor = value.tensor {
      source =
        try type.dtype == call.graph.type(of: tensor).dtype
        ? tensor : call.node(Cast(to: type.dtype), [tensor], dtype: type.dtype)
    } else {
      guard let constant = call.interpreter.constant(of: value, dtype: type.dtype) else {
        throw call.invalid(1, "a number or a tensor")
      }
      source = constant
    }
    let from = call.graph.type(of: source).shape
    if from.isKnown, from == type.shape { return .tensor(copy(of: source)) }
    let shape = try call.node(ShapeOf(), [try call.tensor(0)], type: TensorType(.int64, .unranked))
    return .tensor(try call.node(Expand(), [source, shape], type: type.with(shape: type.shape)))
  }
}
