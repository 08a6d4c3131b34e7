import LaminaWire

/// A model of Keras as its configuration says it: layers, and calls that link them.
struct KerasArchitecture {
  /// A tensor as calls refer to it: an output of a layer's n-th call.
  struct Reference: Hashable {
    var layer: String
    var call: Int
    var output: Int
  }

  /// Something that a call is given.
  indirect enum Argument {
    case tensor(Reference)
    case list([Argument])
    case value(JSONValue)

    /// All tensors in it, in order.
    var tensors: [Reference] {
      switch self {
      case .tensor(let reference): [reference]
      case .list(let arguments): arguments.flatMap(\.tensors)
      case .value: []
      }
    }
  }

  /// One use of a layer.
  struct Call {
    var arguments: [Argument]
    var named: [String: Argument]

    var tensors: [Reference] {
      arguments.flatMap(\.tensors)
        + named.sorted { $0.key < $1.key }.flatMap(\.value.tensors)
    }
  }

  struct Layer {
    var name: String
    var className: String
    var config: JSONValue
    var calls: [Call]
  }

  var name: String
  var layers: [Layer]
  var inputs: [Reference]
  var outputs: [Reference]

  /// The names of classes that are models themselves.
  static let modelClasses: Set<String> = ["Model", "Functional", "Sequential"]

  private static let layerLimit = 100_000
  private static let nestingLimit = 32

  /// Reads the configuration of a model.
  ///
  /// - Throws: ``ImportError`` when it is not one.
  init(_ json: JSONValue) throws(ImportError) {
    guard let className = json["class_name"]?.string, let config = json["config"] else {
      throw .invalid(place: "the model", expected: "a class and its configuration", found: "none")
    }
    guard Self.modelClasses.contains(className) || config["layers"] != nil else {
      throw .unsupported(
        place: "a model of class \(SafeText.clean(className))",
        found: "its layers are code"
      )
    }
    name = SafeText.clean(config["name"]?.string ?? "model")
    let list = config["layers"]?.elements ?? config.elements
    guard list.count <= Self.layerLimit else {
      throw .overLimit(place: "the layers of the model", limit: Self.layerLimit)
    }
    layers = []
    for (index, item) in list.enumerated() { layers.append(try Self.layer(item, index)) }
    inputs = Self.references(config["input_layers"])
    outputs = Self.references(config["output_layers"])
    if config["output_layers"] == nil { try chain() }
  }

  private static func layer(_ json: JSONValue, _ index: Int) throws(ImportError) -> Layer {
    guard let className = json["class_name"]?.string else {
      throw .invalid(place: "layer \(index)", expected: "a class", found: "none")
    }
    let config = json["config"] ?? .object([])
    let name = json["name"]?.string ?? config["name"]?.string ?? "\(className)_\(index)"
    var calls: [Call] = []
    for node in json["inbound_nodes"]?.elements ?? [] {
      calls.append(node["args"] != nil ? newCall(node) : oldCall(node))
    }
    return Layer(name: name, className: className, config: config, calls: calls)
  }

  /// Links the layers of a Sequential model one after the other.
  private mutating func chain() throws(ImportError) {
    guard let first = layers.first else {
      throw .invalid(place: "the model", expected: "layers", found: "none")
    }
    if first.className != "InputLayer" {
      layers.insert(
        Layer(
          name: first.name + "_input",
          className: "InputLayer",
          config: .object([
            JSONValue.Member("batch_input_shape", Self.inputShape(first.config)),
            JSONValue.Member("dtype", first.config["dtype"] ?? .string("float32")),
          ]),
          calls: []
        ),
        at: 0
      )
    }
    for index in layers.indices.dropFirst() {
      let source = Reference(layer: layers[index - 1].name, call: 0, output: 0)
      layers[index].calls = [Call(arguments: [.tensor(source)], named: [:])]
    }
    inputs = [Reference(layer: layers[0].name, call: 0, output: 0)]
    outputs = [Reference(layer: layers[layers.count - 1].name, call: 0, output: 0)]
  }

  /// The shape that a Sequential model's first layer, or the first inside of it, is built for.
  private static func inputShape(_ config: JSONValue, depth: Int = 0) -> JSONValue {
    let keys = ["batch_input_shape", "batch_shape"]
    for key in keys { if let shape = config[key], shape != .null { return shape } }
    if let shape = config["input_shape"], !shape.elements.isEmpty {
      return .array([.null] + shape.elements)
    }
    if let length = config["input_dim"]?.integer { return .array([.null, .int(length)]) }
    guard depth < nestingLimit else { return .null }
    let inner = config["layers"]?.elements.first?["config"] ?? config["layer"]?["config"]
    return inner.map { inputShape($0, depth: depth + 1) } ?? .null
  }
}

// MARK: - Calls

extension KerasArchitecture {
  /// References as `[layer, call, output]`, one or a list, or by name.
  private static func references(_ json: JSONValue?) -> [Reference] {
    guard let json else { return [] }
    if let one = reference(json) { return [one] }
    if case .object(let members) = json { return members.flatMap { references($0.value) } }
    return json.elements.flatMap { references($0) }
  }

  private static func reference(_ json: JSONValue) -> Reference? {
    let parts = json.elements
    guard parts.count >= 3, let layer = parts[0].string, let call = parts[1].integer,
      let output = parts[2].integer, call >= 0, output >= 0
    else { return nil }
    return Reference(layer: layer, call: call, output: output)
  }

  /// Keras 1 and 2: a list of `[layer, call, output, named arguments]`.
  private static func oldCall(_ json: JSONValue) -> Call {
    // A node of one tensor may stand without its list.
    let entries = reference(json) != nil ? [json] : json.elements
    var named: [String: Argument] = [:]
    var arguments: [Argument] = []
    for entry in entries {
      guard let reference = reference(entry) else {
        arguments.append(.value(entry))
        continue
      }
      arguments.append(.tensor(reference))
      guard entry.elements.count > 3, case .object(let members) = entry.elements[3] else {
        continue
      }
      for member in members { named[member.key] = oldArgument(member.value) }
    }
    return Call(arguments: arguments, named: named)
  }

  private static func oldArgument(_ json: JSONValue) -> Argument {
    if let reference = reference(json) { return .tensor(reference) }
    let inner = json.elements.map(oldArgument)
    return inner.contains { !$0.tensors.isEmpty } ? .list(inner) : .value(json)
  }

  /// Keras 3: positional and named arguments, with tensors as objects.
  private static func newCall(_ json: JSONValue) -> Call {
    var named: [String: Argument] = [:]
    if case .object(let members)? = json["kwargs"] {
      for member in members { named[member.key] = newArgument(member.value) }
    }
    return Call(arguments: json["args"]?.elements.map(newArgument) ?? [], named: named)
  }

  private static func newArgument(_ json: JSONValue) -> Argument {
    if json["class_name"]?.string == "__keras_tensor__",
      let reference = json["config"]?["keras_history"].flatMap(reference)
    {
      return .tensor(reference)
    }
    guard !json.elements.isEmpty else { return .value(json) }
    let inner = json.elements.map(newArgument)
    return inner.contains { !$0.tensors.isEmpty } ? .list(inner) : .value(json)
  }
}
