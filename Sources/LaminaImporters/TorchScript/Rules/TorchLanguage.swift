import LaminaCore
import LaminaOperators

extension TorchInterpreter {
  /// What belongs to the language: identity, containers, texts, and questions about tensors.
  static let language: [TorchRule] = [
    TorchRule("prim::RaiseException") { call in throw TorchStop.raised(call.string(0)) },
    TorchRule("prim::unchecked_unwrap_optional") { $0.value(0) },
    TorchRule("aten::_unwrap_optional") { $0.value(0) },
    TorchRule("prim::unchecked_cast") { $0.value(0) },
    TorchRule("prim::data") { $0.value(0) },
    TorchRule("prim::device") { _ in .string("cpu") },
    TorchRule("aten::device") { _ in .string("cpu") },
    TorchRule("prim::type") { _ in .string("cpu") },
    TorchRule("prim::layout") { _ in .int(0) },
    TorchRule("prim::is_cuda") { _ in .bool(false) },
    TorchRule("prim::is_nested") { _ in .bool(false) },
    TorchRule("prim::is_quantized") { .bool(try $0.type(0).quantization != nil) },
    TorchRule("prim::requires_grad") { _ in .bool(true) },
    TorchRule("prim::dtype") { .int(TorchScalarType.number(of: try $0.type(0).dtype)) },
    TorchRule("prim::ndim", rank),
    TorchRule("prim::shape") { try size($0) },
    TorchRule("prim::T") { try reversedAxes($0) },
    TorchRule("prim::mT") { try swappedAxes($0, -2, -1) },
    TorchRule("aten::is_grad_enabled") { _ in .bool(true) },
    TorchRule("aten::is_autocast_enabled") { _ in .bool(false) },
    TorchRule("aten::is_autocast_cpu_enabled") { _ in .bool(false) },
    TorchRule("aten::is_floating_point") { .bool(try $0.type(0).dtype.isFloatingPoint) },
    TorchRule("aten::is_complex") { _ in .bool(false) },
    TorchRule("aten::is_scripting") { _ in .bool(true) },
    TorchRule("aten::warn") { _ in .none },
    TorchRule("aten::print") { _ in .none },
    TorchRule("aten::manual_seed") { _ in .none },
    TorchRule("prim::Print") { _ in .none },
    TorchRule("aten::format") { .string($0.string(0)) },
    TorchRule("aten::str") { .string("\($0.value(0).kind)") },
    TorchRule("aten::__is__") { .bool($0.value(0).isSame(as: $0.value(1))) },
    TorchRule("aten::__isnot__") { .bool(!$0.value(0).isSame(as: $0.value(1))) },
    TorchRule("aten::len", length),
    TorchRule("aten::__getitem__", item),
    TorchRule("aten::_set_item", setItem),
    TorchRule("aten::__contains__", contains),
    TorchRule("aten::append") { call in
      if try call.interpreter.grows(call.value(0), by: call.value(1)) { return call.value(0) }
      return try changeList(call) { $0.append(call.value(1)) }
    },
    TorchRule("aten::extend") { call in
      try changeList(call) { $0 += call.value(1).items ?? [] }
    },
    TorchRule("aten::insert") { call in
      let place = try call.int(1)
      return try changeList(call) { $0.insert(call.value(2), at: min(max(place, 0), $0.count)) }
    },
    TorchRule("aten::pop") { call in
      guard case .list(let list) = call.value(0) else { throw call.invalid(0, "a list") }
      try call.interpreter.checkMayChange(list)
      guard let last = list.items.popLast() else { throw call.invalid(0, "a list with items") }
      return last
    },
    TorchRule("aten::clear") { call in try changeList(call) { $0 = [] } },
    TorchRule("aten::reverse") { call in try changeList(call) { $0.reverse() } },
    TorchRule("aten::copy") { .list(TorchList($0.value(0).items ?? [])) },
    TorchRule("aten::list") { .list(TorchList($0.value(0).items ?? [])) },
    TorchRule("aten::dict") { _ in .dictionary(TorchDictionary()) },
    TorchRule("aten::keys") { try dictionaryItems($0) { $0.key } },
    TorchRule("aten::values") { try dictionaryItems($0) { $0.value } },
    TorchRule("aten::items") { try dictionaryItems($0) { .tuple([$0.key, $0.value]) } },
    TorchRule("prim::TupleIndex", item),
    TorchRule("prim::rangelist") { call in
      .list(TorchList((0..<max(0, try call.int(0))).map { .int($0) }))
    },
    TorchRule("aten::__range_length") { call in
      let (start, end, step) = (try call.int(0), try call.int(1), try call.int(2))
      guard step != 0 else { throw call.invalid(2, "a step other than 0") }
      return .int(max(0, (end - start + step - step.signum()) / step))
    },
    TorchRule("aten::__derive_index") { call in
      .int(try call.int(1) &+ (try call.int(0)) &* (try call.int(2)))
    },
  ]

  private static func length(_ call: TorchCall) throws -> TorchValue {
    switch call.value(0) {
    case .list(let list):
      guard let grown = list.grown else { return .int(list.items.count) }
      let count = try size(of: grown, axis: 0, call)
      return try arithmetic(call, .add, count, .int(list.items.count))
    case .tuple(let items): return .int(items.count)
    case .dictionary(let dictionary): return .int(dictionary.items.count)
    case .string(let text): return .int(text.count)
    case .tensor(let tensor): return try size(of: tensor, axis: 0, call)
    default: throw call.invalid(0, "a container")
    }
  }

  private static func place(_ index: Int, in count: Int, _ call: TorchCall) throws -> Int {
    let place = index < 0 ? index + count : index
    guard place >= 0, place < count else { throw call.invalid(1, "a position below \(count)") }
    return place
  }

  private static func item(_ call: TorchCall) throws -> TorchValue {
    if case .dictionary(let dictionary) = call.value(0) {
      guard let value = dictionary[call.value(1)] else { throw call.invalid(1, "a known key") }
      return value
    }
    guard let items = call.value(0).items else { throw call.invalid(0, "a container") }
    return items[try place(try call.int(1), in: items.count, call)]
  }

  private static func setItem(_ call: TorchCall) throws -> TorchValue {
    switch call.value(0) {
    case .dictionary(let dictionary):
      try call.interpreter.checkMayChange(dictionary)
      dictionary[call.value(1)] = call.value(2)
    case .list(let list):
      try call.interpreter.checkMayChange(list)
      list.items[try place(try call.int(1), in: list.items.count, call)] = call.value(2)
    default: throw call.invalid(0, "a container")
    }
    return .none
  }

  private static func contains(_ call: TorchCall) throws -> TorchValue {
    if case .dictionary(let dictionary) = call.value(0) {
      return .bool(dictionary[call.value(1)] != nil)
    }
    guard let items = call.value(0).items else { throw call.invalid(0, "a container") }
    return .bool(items.contains { $0.isSame(as: call.value(1)) })
  }

  private static func changeList(
    _ call: TorchCall,
    _ change: (inout [TorchValue]) -> Void
  ) throws -> TorchValue {
    guard case .list(let list) = call.value(0) else { throw call.invalid(0, "a list") }
    guard list.items.count < 1_000_000 else {
      throw ImportError.overLimit(place: "length of a list", limit: 1_000_000)
    }
    try call.interpreter.checkMayChange(list)
    change(&list.items)
    return call.value(0)
  }

  private static func dictionaryItems(
    _ call: TorchCall,
    _ part: ((key: TorchValue, value: TorchValue)) -> TorchValue
  ) throws -> TorchValue {
    guard case .dictionary(let dictionary) = call.value(0) else {
      throw call.invalid(0, "a dictionary")
    }
    return .list(TorchList(dictionary.items.map(part)))
  }
}
