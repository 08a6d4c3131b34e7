import LaminaCore
import LaminaWire

/// A node as a rule sees it: attributes by name and type, inputs as values.
final class TFNode {
  let source: TFNodeDef
  /// The node's name, with those of the calls it is in.
  let name: String
  let inputs: [TFValue]
  let scope: TFScope
  /// What the node gives; rules set it.
  var results: [TFValue] = []

  init(_ source: TFNodeDef, inputs: [TFValue], scope: TFScope) {
    self.source = source
    self.inputs = inputs
    self.scope = scope
    name = SafeText.clean(scope.prefix + source.name)
  }

  var builder: TFGraphBuilder { scope.builder }
  var op: String { SafeText.clean(source.op) }

  /// Where errors say the node is.
  var place: String { "node \"\(name)\" (\(op))" }

  // MARK: Inputs

  /// The inputs; handles are `nil`.
  var values: [ValueID?] { inputs.map(\.id) }

  /// The input at a position.
  func value(_ position: Int) throws(ImportError) -> ValueID {
    guard position < inputs.count, let id = inputs[position].id else {
      throw .invalid(place: place, expected: "a tensor as input \(position)", found: "none")
    }
    return id
  }

  /// The type of an input; an unknown rank when nothing is known.
  func type(_ position: Int) throws(ImportError) -> TensorType {
    builder.graph[try value(position)].tensorType
  }

  /// The elements of an input that is known before the run.
  func constant(_ position: Int) -> Tensor? {
    guard position >= 0, position < inputs.count, let id = inputs[position].id else { return nil }
    return builder.graph.constant(id) ?? builder.graph[id].type.tensor?.contents
  }

  /// The whole numbers of an input that has to be known before the run.
  func constantInts(_ position: Int) throws -> [Int] {
    guard let tensor = constant(position) else {
      throw TFUnsupported(reason: "input \(position) is known only during the run")
    }
    return try tensor.ints()
  }

  /// The whole number of an input that has to be known before the run.
  func constantInt(_ position: Int) throws -> Int {
    let numbers = try constantInts(position)
    guard numbers.count == 1 else {
      throw invalid("one number as input \(position)", "\(numbers.count)")
    }
    return numbers[0]
  }

  /// Checks how many inputs there are.
  func requireInputs(_ range: ClosedRange<Int>) throws(ImportError) {
    guard range.contains(inputs.count) else {
      throw invalid("\(range.lowerBound) to \(range.upperBound) inputs", "\(inputs.count)")
    }
  }

  func invalid(_ expected: String, _ found: String) -> ImportError {
    .invalid(place: place, expected: expected, found: found)
  }
}

// MARK: - Attributes

extension TFNode {
  func int(_ name: String, default fallback: Int) -> Int {
    guard case .i(let value)? = source.attr[name]?.value else { return fallback }
    return Int(clamping: value)
  }

  func bool(_ name: String, default fallback: Bool = false) -> Bool {
    guard case .b(let value)? = source.attr[name]?.value else { return fallback }
    return value
  }

  func float(_ name: String, default fallback: Float) -> Float {
    guard case .f(let value)? = source.attr[name]?.value else { return fallback }
    return value
  }

  func string(_ name: String, default fallback: String) -> String {
    guard case .s(let value)? = source.attr[name]?.value else { return fallback }
    return String(decoding: value, as: UTF8.self)
  }

  func ints(_ name: String) -> [Int]? {
    guard case .list(let list)? = source.attr[name]?.value else { return nil }
    return list.i.map { Int(clamping: $0) }
  }

  func strings(_ name: String) -> [String] {
    guard case .list(let list)? = source.attr[name]?.value else { return [] }
    return list.s.map { String(decoding: $0, as: UTF8.self) }
  }

  /// The element type that an attribute names.
  func dtype(_ name: String, default fallback: DataType? = nil) throws(ImportError) -> DataType {
    guard case .type(let type)? = source.attr[name]?.value else {
      if let fallback { return fallback }
      throw invalid("the attribute \(name)", "none")
    }
    guard let dtype = type.dtype else { throw invalid("a known element type", "\(type)") }
    return dtype
  }

  /// The function that an attribute names.
  func function(_ name: String) throws(ImportError) -> TFFunctionDef {
    guard case .func(let reference)? = source.attr[name]?.value,
      let function = scope.importer.functions[reference.name]
    else { throw invalid("the name of a function as \(name)", "none that the file has") }
    return function
  }
}

// MARK: - Making nodes

extension TFNode {
  /// Adds the node's own operator with the node's inputs unless others are given, and makes what it
  /// writes the node's results.
  func emit(
    _ op: any Operator,
    _ inputs: [ValueID?]? = nil,
    count: Int = 1
  ) throws(ImportError) {
    let names = (0..<count).map { $0 == 0 ? name : "\(name):\($0)" }
    let ids = try builder.add(
      name,
      op,
      inputs: inputs ?? values,
      outputs: names,
      sourceOp: self.op
    )
    results = ids.map(TFValue.value)
  }

  /// Adds a node of the same file's operator whose result others read.
  func add(
    _ op: any Operator,
    _ inputs: [ValueID?],
    _ suffix: String
  ) throws(ImportError) -> ValueID {
    let own = "\(name)/\(suffix)"
    let ids = try builder.add(own, op, inputs: inputs, outputs: [own], sourceOp: self.op)
    return ids[0]
  }

  /// Adds a constant.
  func constant(_ tensor: Tensor, _ suffix: String) -> ValueID {
    builder.graph.addConstant("\(name)/\(suffix)", tensor)
  }

  /// Adds a list of whole numbers.
  func constant(ints: [Int], _ suffix: String) -> ValueID {
    constant(Tensor([ints.count], ints.map(Int64.init)), suffix)
  }

  /// Makes the node's result another name of an input.
  func pass(_ position: Int = 0) throws(ImportError) { results = [.value(try value(position))] }

  /// Shows the node under its own name, though it cannot run.
  func emitUnsupported(reason: String?, count: Int) throws(ImportError) {
    let attributes = source.attr.sorted { $0.key < $1.key }.compactMap { key, value in
      TFNode.text(value).map { Attribute(name: SafeText.clean(key), value: $0) }
    }
    let op = UnsupportedOperator(
      self.op,
      attributes: attributes,
      outputCount: count,
      reason: reason
    )
    try emit(op, values.filter { $0 != nil }, count: count)
  }

  private static func text(_ value: TFAttrValue) -> String? {
    switch value.value {
    case .i(let number): "\(number)"
    case .f(let number): "\(number)"
    case .b(let flag): "\(flag)"
    case .s(let text): SafeText.clean(String(decoding: text, as: UTF8.self), limit: 80)
    case .type(let type): type.dtype?.name
    case .list(let list) where !list.i.isEmpty: "\(list.i)"
    default: nil
    }
  }
}
