import LaminaCore
import LaminaWire

/// A node as a rule sees it: attributes by name and type, inputs and outputs as values.
struct ONNXNode {
  let proto: ONNXNodeProto
  /// The node's own name, or one made of its operator and number.
  let name: String
  /// The version of the operator set that the node's operator belongs to.
  let version: Int
  let inputs: [ValueID?]
  let outputs: [ValueID?]
  let scope: ONNXScope
  private let attributes: [String: ONNXAttributeProto]

  init(
    _ proto: ONNXNodeProto,
    name: String,
    version: Int,
    inputs: [ValueID?],
    outputs: [ValueID?],
    scope: ONNXScope
  ) throws(ImportError) {
    self.proto = proto
    self.name = name
    self.version = version
    self.inputs = inputs
    self.outputs = outputs
    self.scope = scope
    attributes = try scope.resolved(proto.attribute, place: "node \"\(name)\"")
  }

  /// Where errors say the node is.
  var place: String { "node \"\(name)\" (\(SafeText.clean(proto.opType)))" }

  /// Whether the input at a position is there.
  func has(_ input: Int) -> Bool { input < inputs.count && inputs[input] != nil }

  /// The input at a position.
  func input(_ position: Int) throws(ImportError) -> ValueID {
    guard position < inputs.count, let id = inputs[position] else {
      throw .invalid(place: place, expected: "input \(position)", found: "none")
    }
    return id
  }

  /// The type of the input at a position; unknown when it is absent.
  func type(_ position: Int) -> ValueType {
    guard position < inputs.count, let id = inputs[position] else { return .unknown }
    return scope.builder.graph[id].type
  }

  /// The elements of an input that is constant.
  func constant(_ position: Int) -> Tensor? {
    guard position < inputs.count, let id = inputs[position] else { return nil }
    return scope.builder.graph.constant(id) ?? scope.builder.graph[id].type.tensor?.contents
  }
}

// MARK: - Attributes

extension ONNXNode {
  /// Names of the attributes that the file sets.
  var attributeNames: [String] { proto.attribute.map(\.name) }

  func hasAttribute(_ name: String) -> Bool { attributes[name] != nil }

  func int(_ name: String) throws(ImportError) -> Int? {
    guard let attribute = attributes[name] else { return nil }
    guard attribute.hasI else { throw wrongType(attribute, "an integer") }
    return Int(attribute.i)
  }

  func int(_ name: String, default fallback: Int) throws(ImportError) -> Int {
    try int(name) ?? fallback
  }

  func requiredInt(_ name: String) throws(ImportError) -> Int {
    guard let value = try int(name) else { throw missing(name) }
    return value
  }

  func bool(_ name: String, default fallback: Bool) throws(ImportError) -> Bool {
    try int(name, default: fallback ? 1 : 0) != 0
  }

  func float(_ name: String) throws(ImportError) -> Float? {
    guard let attribute = attributes[name] else { return nil }
    guard attribute.hasF else { throw wrongType(attribute, "a float") }
    return attribute.f
  }

  func float(_ name: String, default fallback: Float) throws(ImportError) -> Float {
    try float(name) ?? fallback
  }

  /// A float attribute, as exact as the file has it.
  func double(_ name: String, default fallback: Float) throws(ImportError) -> Double {
    Double(try float(name, default: fallback))
  }

  func string(_ name: String) throws(ImportError) -> String? {
    guard let attribute = attributes[name] else { return nil }
    guard attribute.hasS else { throw wrongType(attribute, "a string") }
    return String(decoding: attribute.s, as: UTF8.self)
  }

  func string(_ name: String, default fallback: String) throws(ImportError) -> String {
    try string(name) ?? fallback
  }

  func ints(_ name: String) throws(ImportError) -> [Int]? {
    guard let attribute = attributes[name] else { return nil }
    guard attribute.type == .ints || attribute.type == .undefined || attribute.hasNoValues else {
      throw wrongType(attribute, "integers")
    }
    return attribute.ints.map(Int.init)
  }

  func ints(_ name: String, default fallback: [Int]) throws(ImportError) -> [Int] {
    try ints(name) ?? fallback
  }

  func floats(_ name: String) throws(ImportError) -> [Float]? {
    guard let attribute = attributes[name] else { return nil }
    guard attribute.type == .floats || attribute.type == .undefined || attribute.hasNoValues else {
      throw wrongType(attribute, "floats")
    }
    return attribute.floats
  }

  func floats(_ name: String, default fallback: [Float]) throws(ImportError) -> [Float] {
    try floats(name) ?? fallback
  }

  func strings(_ name: String) throws(ImportError) -> [String]? {
    guard let attribute = attributes[name] else { return nil }
    guard attribute.type == .strings || attribute.type == .undefined || attribute.hasNoValues else {
      throw wrongType(attribute, "strings")
    }
    return attribute.strings.map { String(decoding: $0, as: UTF8.self) }
  }

  func strings(_ name: String, default fallback: [String]) throws(ImportError) -> [String] {
    try strings(name) ?? fallback
  }

  func tensor(_ name: String) throws(ImportError) -> Tensor? {
    guard let attribute = attributes[name] else { return nil }
    if attribute.hasSparseTensor {
      return try scope.builder.tensors.dense(attribute.sparseTensor)
    }
    guard attribute.hasT else { throw wrongType(attribute, "a tensor") }
    return try scope.builder.tensors.tensor(attribute.t)
  }

  func requiredGraph(_ name: String) throws(ImportError) -> ONNXGraphProto {
    guard let attribute = attributes[name] else { throw missing(name) }
    guard attribute.hasG else { throw wrongType(attribute, "a graph") }
    return attribute.g
  }

  /// The element type that an attribute names by ONNX's number.
  func dtype(_ name: String) throws(ImportError) -> DataType? {
    guard let code = try int(name), code != 0 else { return nil }
    guard let dtype = ONNXTensorProto.DataType(rawValue: code)?.dtype else {
      throw invalid(name, found: "\(code)", expected: "a known element type")
    }
    return dtype
  }

  /// The type that an attribute describes.
  func valueType(_ name: String) throws(ImportError) -> ValueType? {
    guard let attribute = attributes[name] else { return nil }
    guard attribute.hasTp else { throw wrongType(attribute, "a type") }
    return try attribute.tp.valueType(place: place)
  }

  /// The choice that a text attribute names.
  func choice<Choice>(
    _ name: String,
    default fallback: String,
    of choices: KeyValuePairs<String, Choice>
  ) throws(ImportError) -> Choice {
    let text = try string(name, default: fallback)
    guard let choice = choices.first(where: { $0.key == text })?.value else {
      let expected = choices.map(\.key).joined(separator: ", ")
      throw invalid(name, found: text, expected: "one of \(expected)")
    }
    return choice
  }

  /// The case of an enumeration that is spelled as the attribute's text.
  func named<Choice: RawRepresentable<String>>(
    _ name: String,
    default fallback: String
  ) throws(ImportError) -> Choice {
    let text = try string(name, default: fallback)
    guard let choice = Choice(rawValue: text) else {
      throw invalid(name, found: text, expected: "a name that the format has")
    }
    return choice
  }

  /// An attribute whose value cannot be.
  func invalid(_ attribute: String, found: String, expected: String) -> ImportError {
    .invalid(
      place: "\(place), attribute \(attribute)",
      expected: expected,
      found: SafeText.clean(found, limit: 80)
    )
  }

  private func missing(_ attribute: String) -> ImportError {
    invalid(attribute, found: "none", expected: "a value")
  }

  private func wrongType(_ attribute: ONNXAttributeProto, _ expected: String) -> ImportError {
    invalid(SafeText.clean(attribute.name), found: "\(attribute.type)", expected: expected)
  }

  /// The attributes as a person reads them.
  var shownAttributes: [Attribute] {
    proto.attribute.map {
      Attribute(name: SafeText.clean($0.name), value: SafeText.clean($0.shown, limit: 200))
    }
  }
}

extension ONNXAttributeProto {
  /// Whether nothing is set, as in an empty list whose type the file does not say.
  fileprivate var hasNoValues: Bool {
    !hasF && !hasI && !hasS && !hasT && !hasG && ints.isEmpty && floats.isEmpty && strings.isEmpty
  }

  fileprivate var shown: String {
    if hasI { return "\(i)" }
    if hasF { return "\(f)" }
    if hasS { return String(decoding: s, as: UTF8.self) }
    if hasG { return "graph of \(g.node.count) nodes" }
    if hasT { return "tensor" }
    if !ints.isEmpty { return Self.list(ints) }
    if !floats.isEmpty { return Self.list(floats) }
    return Self.list(strings.map { String(decoding: $0, as: UTF8.self) })
  }

  private static func list(_ items: [some Any]) -> String {
    let shown = items.prefix(16).map { "\($0)" }.joined(separator: ", ")
    return items.count > 16 ? "[\(shown), … \(items.count) in all]" : "[\(shown)]"
  }
}
