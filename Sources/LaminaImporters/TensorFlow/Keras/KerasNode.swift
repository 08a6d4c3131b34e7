import LaminaCore
import LaminaOperators
import LaminaWire

/// One use of a layer, as a rule sees it.
final class KerasNode {
  let name: String
  let className: String
  let config: KerasConfig
  let inputs: [ValueID]
  /// What the call names besides its inputs.
  let named: [String: KerasBuilder.Given]
  /// What the call is given by position: tensors and plain values.
  let arguments: [KerasBuilder.Given]
  let weights: KerasWeights
  let builder: KerasBuilder

  init(
    name: String,
    className: String,
    config: JSONValue,
    arguments: [KerasBuilder.Given],
    named: [String: KerasBuilder.Given],
    weights: KerasWeights,
    builder: KerasBuilder
  ) {
    self.name = SafeText.clean(name)
    self.className = SafeText.clean(className)
    self.config = KerasConfig(json: config, place: "layer \"\(self.name)\" (\(self.className))")
    self.arguments = arguments
    self.named = named
    self.weights = weights
    self.builder = builder
    inputs = arguments.flatMap(\.tensors)
  }

  var place: String { config.place }

  /// Returns the node of a layer inside of this one.
  func inner(
    _ json: JSONValue?,
    inputs: [ValueID],
    weights: KerasWeights
  ) throws(ImportError) -> KerasNode {
    guard let json, let className = json["class_name"]?.string else {
      throw config.wrong("layer", json ?? .null, "a layer")
    }
    let own = json["config"]?["name"]?.string ?? className
    return KerasNode(
      name: "\(name)/\(own)",
      className: className,
      config: json["config"] ?? .object([]),
      arguments: inputs.map(KerasBuilder.Given.tensor),
      named: [:],
      weights: weights,
      builder: builder
    )
  }

  // MARK: Inputs

  func input(_ position: Int = 0) throws(ImportError) -> ValueID {
    guard position < inputs.count else {
      throw .invalid(place: place, expected: "input \(position)", found: "none")
    }
    return inputs[position]
  }

  /// The type of an input, whose rank has to be known.
  func type(_ position: Int = 0) throws -> TensorType {
    let type = builder.graph[try input(position)].tensorType
    guard type.shape.isRanked else { throw KerasUnsupported(reason: "an input of unknown rank") }
    return type
  }

  /// The weight at a position of the layer's own.
  func weight(_ position: Int, _ suffix: String) throws -> Tensor {
    guard position < weights.weights.count else { throw KerasMissingWeights() }
    return try weights.weights[position].load()
  }

  /// The weight at a position as a constant.
  func constant(weight position: Int, _ suffix: String) throws -> ValueID {
    constant(try weight(position, suffix), suffix)
  }

  func constant(_ tensor: Tensor, _ suffix: String) -> ValueID {
    builder.graph.addConstant("\(name)/\(suffix)", tensor)
  }

  func constant(ints: [Int], _ suffix: String) -> ValueID {
    constant(Tensor([ints.count], ints.map(Int64.init)), suffix)
  }

  func constant(floats: [Double], _ suffix: String) throws -> ValueID {
    constant(try Tensor(.float32, [floats.count], rounding: floats), suffix)
  }

  func invalid(_ expected: String, _ found: String) -> ImportError {
    .invalid(place: place, expected: expected, found: found)
  }

  // MARK: Nodes

  /// Adds an operator under the layer's own name.
  func emit(
    _ op: any Operator,
    _ inputs: [ValueID?]? = nil,
    activation: Activation? = nil
  ) throws(ImportError) -> ValueID {
    try builder.add(
      name,
      op,
      inputs: inputs ?? self.inputs,
      outputs: [name],
      activation: activation,
      sourceOp: className
    )[0]
  }

  /// Adds an operator that computes a part of the layer.
  func add(
    _ op: any Operator,
    _ inputs: [ValueID?],
    _ suffix: String
  ) throws(ImportError) -> ValueID {
    let own = "\(name)/\(suffix)"
    return try builder.add(
      own,
      op,
      inputs: inputs,
      outputs: [own],
      activation: nil,
      sourceOp: className
    )[0]
  }
}

/// Why a layer of a known class cannot run; it is shown nevertheless.
struct KerasUnsupported: Error {
  let reason: String
}

/// A layer whose weights are not in the file.
struct KerasMissingWeights: Error {}

/// How layers of one class become operators of the engine.
struct KerasRule: Sendable {
  let name: String
  let lower: @Sendable (KerasNode) throws -> [ValueID]

  /// A rule that makes one operator of the layer's inputs.
  init(_ name: String, _ makeOperator: @escaping @Sendable (KerasNode) throws -> any Operator) {
    self.init(name, lowering: { node in [try node.emit(makeOperator(node))] })
  }

  /// A rule that adds what it needs and returns what the layer gives.
  init(_ name: String, lowering: @escaping @Sendable (KerasNode) throws -> [ValueID]) {
    self.name = name
    lower = lowering
  }
}
