import LaminaCore
import LaminaOperators

extension TorchInterpreter {
  /// The rule tables, one per family; where two know a name, the later one holds.
  static let tables: [[TorchRule]] = [
    language, numbers, activations, elementwise, comparisons, convolutions, pools, normalizations,
    linear, movements, slices, reductions, creations, images, recurrent, attention, quantized,
  ]

  /// All rules by the name of PyTorch's operator; the tables are in the folder `Rules`.
  private static let rules: [String: TorchRule] = Dictionary(
    tables.joined().map { ($0.name, $0) },
    uniquingKeysWith: { $1 }
  )

  /// Calls one of PyTorch's operators.
  ///
  /// An operator that no rule knows becomes an ``UnsupportedOperator`` when it takes tensors.
  ///
  /// - Throws: ``TorchStop`` or ``ImportError``.
  func callOperator(
    _ name: String,
    _ arguments: [TorchValue],
    named: [String: TorchValue] = [:],
    resultCount: Int = 1
  ) throws -> TorchValue {
    var call = TorchCall(name: name, arguments: arguments, named: named, interpreter: self)
    call.resultCount = resultCount
    do {
      if let rule = Self.rules[name] { return noted(try rule.apply(call), call) }
      if name.hasSuffix("_"), !name.hasSuffix("__"), let rule = Self.rules[String(name.dropLast())]
      {
        return try inPlace(rule, call)
      }
      throw call.unsupported("no rule is known for it")
    } catch TorchStop.unsupported(let name, let reason) {
      let result = try unsupported(call, name, reason: reason)
      if let target = call.value(0).tensor, call.name.hasSuffix("_"), let tensor = result.tensor {
        try replace(target, by: tensor, reason)
      }
      return result
    }
  }

  /// The operators whose results show the elements of their first argument in another shape.
  private static let reshaping: Set<String> = [
    "aten::view", "aten::view_as", "aten::reshape", "aten::flatten", "aten::unflatten",
    "aten::squeeze", "aten::unsqueeze",
  ]

  /// Notes of which tensor a result shows the elements.
  private func noted(_ result: TorchValue, _ call: TorchCall) -> TorchValue {
    guard Self.reshaping.contains(call.name), let base = call.value(0).tensor,
      let tensor = result.tensor, tensor !== base, tensor.alias == nil
    else { return result }
    // Tensors whose elements are not in order may have been copied.
    let isCopy = base.alias?.order != nil || base.view != nil && !call.name.hasSuffix("squeeze")
    if !isCopy { tensor.alias = TorchAlias(base: base) }
    return result
  }

  /// Makes a tensor, and all that it is a part of, the result of an operator that is not supported.
  private func replace(_ target: TorchTensor, by result: TorchTensor, _ reason: String) throws {
    var next: TorchTensor? = target
    while let tensor = next {
      guard tensor.constant != nil || tensor.level == graph.level else {
        throw TorchStop.invalid(place: "a change in place", expected: "no branch", found: reason)
      }
      tensor.id = result.id
      tensor.constant = nil
      tensor.level = result.level
      next = tensor.view?.base ?? tensor.alias?.base ?? tensor.looseBase
    }
  }

  /// Applies a rule and puts the result in the place of the first argument.
  private func inPlace(_ rule: TorchRule, _ call: TorchCall) throws -> TorchValue {
    let target = try call.tensor(0)
    guard let result = try rule.apply(call).tensor else { return call.value(0) }
    try write(result, to: target, call)
    return call.value(0)
  }

  /// Replaces the contents of `target`, and of what it is a part of.
  func write(_ source: TorchTensor, to target: TorchTensor, _ call: TorchCall) throws {
    guard source !== target else { return }
    guard target.looseBase == nil else {
      throw call.unsupported("it changes a part whose place depends on data")
    }
    guard target.constant != nil || target.level == graph.level else {
      throw call.unsupported("it changes a tensor from outside of a branch or loop")
    }
    var value = source
    let (from, to) = (graph.type(of: source), graph.type(of: target))
    if from.dtype != to.dtype, to.quantization == nil {
      value = try call.node(Cast(to: to.dtype), [source], dtype: to.dtype)
    }
    target.id = value.id
    target.constant = value.constant
    target.level = value.constant == nil ? value.level : graph.level
    target.lengthOf = value.lengthOf
    if let alias = target.alias {
      var whole = value
      if let order = alias.order {
        whole = try call.node(Transpose(permutation: order), [value])
      } else {
        let shape = try call.node(ShapeOf(), [alias.base], type: TensorType(.int64, .unranked))
        whole = try call.node(Reshape(), [value, shape], type: graph.type(of: alias.base))
      }
      return try write(whole, to: alias.base, call)
    }
    guard let view = target.view else { return }
    try write(try spliced(value, into: view, call), to: view.base, call)
  }

  /// Returns the base of a view with the view's part replaced.
  private func spliced(
    _ part: TorchTensor,
    into view: TorchView,
    _ call: TorchCall
  ) throws -> TorchTensor {
    var parts: [TorchTensor] = []
    func piece(_ start: Int, _ end: Int) throws -> TorchTensor {
      try call.node(
        Slice(starts: [start], ends: [end], axes: [view.axis]),
        [view.base]
      )
    }
    if view.start != 0 { parts.append(try piece(0, view.start)) }
    parts.append(
      view.dropsAxis ? try call.node(Unsqueeze(axes: [view.axis]), [part]) : part
    )
    if let rest = try rest(after: part, of: view, call) { parts.append(rest) }
    if parts.count == 1 { return parts[0] }
    return try call.node(Concat(axis: view.axis), parts)
  }

  /// What follows the view's part in its base; `nil` when nothing does.
  private func rest(
    after part: TorchTensor,
    of view: TorchView,
    _ call: TorchCall
  ) throws -> TorchTensor? {
    let far = Int(Int32.max)
    let shape = graph.type(of: view.base).shape
    let length = shape.isRanked ? shape[view.axis] : Shape.unknown
    if view.end >= far || length >= 0 && view.end >= length { return nil }
    if (view.start < 0) == (view.end < 0) {
      let start = max(view.start, view.end)
      return try call.node(Slice(starts: [start], ends: [far], axes: [view.axis]), [view.base])
    }
    // The part may be empty, and its end before its start: what follows is behind its length.
    let tail = try call.node(
      Slice(starts: [view.start], ends: [far], axes: [view.axis]),
      [view.base]
    )
    let size =
      try view.dropsAxis
      ? graph.ints([1])
      : call.node(
        ShapeOf(start: view.axis, end: view.axis + 1),
        [part],
        type: TensorType(.int64, [1])
      )
    let inputs = [tail, size, graph.ints([far]), graph.ints([view.axis])]
    return try call.node(Slice(), inputs)
  }

  private func unsupported(
    _ call: TorchCall,
    _ name: String,
    reason: String
  ) throws -> TorchValue {
    var tensors: [TorchTensor] = []
    func collect(_ value: TorchValue) {
      if let tensor = value.tensor { tensors.append(tensor) }
      value.items?.forEach(collect)
    }
    call.arguments.forEach(collect)
    guard !tensors.isEmpty else { throw TorchStop.unsupported(name, reason: reason) }
    let op = UnsupportedOperator(name, outputCount: call.resultCount, reason: reason)
    let type = TensorType(.float32, .unranked)
    let results = try graph.add(
      op,
      tensors,
      source: name,
      types: Array(repeating: type, count: call.resultCount)
    )
    if call.resultCount == 1 { return .tensor(results[0]) }
    return .tuple(results.map(TorchValue.tensor))
  }
}
