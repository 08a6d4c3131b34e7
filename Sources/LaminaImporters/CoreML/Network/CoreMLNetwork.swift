import LaminaCore
import LaminaOperators
import LaminaWire

/// Turns a neural network's layers into nodes.
///
/// Networks from before specification version 4 see every value as [sequence, batch, channel,
/// height, width]. Their values here have four axes, sequence and batch in one, and recurrent
/// layers take them apart. Later networks have values of exact shapes.
final class CoreMLNetwork {
  typealias Rule = CoreMLLayerRule

  /// Every rule table, one per family of layers.
  static let tables: [[Rule]] = [
    convolutions, poolings, linear, normalizations, activations, elementwise, reductions, shapes,
    movements, slices, gathering, images, recurrent, generation, controlFlow,
  ]

  private static let rules: [Int: Rule] = Dictionary(
    tables.joined().map { ($0.field, $0) },
    uniquingKeysWith: { first, _ in first }
  )

  let builder: CoreMLBuilder
  /// Whether all values are seen as of rank 5.
  let isLegacy: Bool
  /// The batch within the first axis of a legacy value.
  private(set) var batch = 1
  private let content: ProtobufMessage
  private let name: String

  init(_ content: ProtobufMessage, name: String, builder: CoreMLBuilder) {
    self.content = content
    self.name = name
    self.builder = builder
    isLegacy = content.int(5) == 0
  }

  // MARK: Layers

  /// Adds all layers; returns the name of what the last one writes.
  @discardableResult
  func addLayers() throws -> String? {
    var last: String?
    for (index, message) in try content.messages(1).enumerated() {
      try add(message, index: index)
      last = message.strings(3).last ?? last
    }
    return last
  }

  private func add(_ message: ProtobufMessage, index: Int) throws {
    let place = "layer \(index) \"\(SafeText.clean(message.string(1)))\""
    let field = message.numbers.last { $0 >= 100 } ?? 0
    let rule = Self.rules[field]
    var inputs: [ValueID] = []
    for name in message.strings(2) { inputs.append(try builder.value(name, for: place)) }
    let layer = CoreMLLayer(
      message,
      kind: rule?.name ?? "layer kind \(field)",
      parameters: try message.message(field) ?? ProtobufMessage(),
      inputs: inputs,
      network: self
    )
    let names = message.strings(3)
    let known = builder.graph.values.count
    let results = try lower(layer, rule, names: names)
    guard results.count >= names.count else {
      throw layer.invalid("outputs", expected: "\(results.count)", found: "\(names.count)")
    }
    for (name, id) in zip(names, results) {
      if id.index >= known { builder.graph[id].name = SafeText.clean(name) }
      builder.bind(name, to: id)
    }
  }

  private func lower(_ layer: CoreMLLayer, _ rule: Rule?, names: [String]) throws -> [ValueID] {
    do {
      if let rule { return try rule.lower(layer) }
      throw CoreMLUnsupported(reason: "a kind of layer that is not known")
    } catch let error as CoreMLUnsupported {
      let op = UnsupportedOperator(
        layer.sourceOp,
        outputCount: names.count,
        reason: error.reason
      )
      return try layer.steps(op, layer.inputs, count: names.count)
    } catch let error as WireError {
      throw ImportError.wire(error)
    } catch let error as ShapeError {
      throw ImportError.invalid(place: layer.place, expected: "a valid layer", found: "\(error)")
    }
  }
}

// MARK: - Inputs and outputs

extension CoreMLNetwork {
  /// Turns a feature into what the layers see.
  func addInput(_ feature: CoreMLFeature, _ id: ValueID) throws {
    let node = CoreMLNode(builder: builder, name: feature.name, sourceOp: "input")
    var x = builder.type(id).dtype.isReal ? try node.cast(id, .float32) : id
    switch feature.kind {
    case .image(_, _, let order):
      x = try addImage(x, feature.name, order)
    case .array(_, let lengths) where isLegacy:
      if lengths.count == 5, lengths[1] > 0 { batch = lengths[1] }
      x = try legacyInput(x, lengths, node)
    case .int64 where isLegacy, .double where isLegacy:
      x = try node.reshape(x, [1, 1, 1, 1])
    default: break
    }
    builder.bind(feature.name, to: x)
  }

  /// Gives an array four axes: C, C×H×W, or sequence × batch × C×H×W.
  private func legacyInput(_ x: ValueID, _ lengths: [Int], _ node: CoreMLNode) throws -> ValueID {
    switch lengths.count {
    case 1: try node.step(Unsqueeze(axes: [0, 2, 3]), x)
    case 2: try node.step(Unsqueeze(axes: [2, 3]), x)
    case 3: try node.step(Unsqueeze(axes: [0]), x)
    case 5: try node.step(Reshape(shape: [-1, lengths[2], lengths[3], lengths[4]]), x)
    default: x
    }
  }

  /// Turns what a layer wrote into the form of an output; the batch and axes of length 1 go.
  func output(_ id: ValueID, for feature: CoreMLFeature) throws -> ValueID {
    guard isLegacy, case .array(_, let lengths) = feature.kind else { return id }
    let shape = builder.shape(id)
    let node = CoreMLNode(builder: builder, name: feature.name, sourceOp: "output")
    guard lengths.isEmpty || lengths.contains(-1) else { return id }
    guard shape.isRanked, shape.rank == 4 else { return id }
    guard shape.dims[0] == 1 else {
      guard shape.isKnown, shape.dims[0] % batch == 0 else { return id }
      return try node.reshape(id, [shape[0] / batch, batch] + shape.dims.dropFirst())
    }
    let isVector = shape.dims[2] == 1 && shape.dims[3] == 1
    return try node.step(Squeeze(axes: isVector ? [0, 2, 3] : [0]), id)
  }

  /// Adds the batch, then the scaling and the mean picture that the network asks for.
  private func addImage(
    _ picture: ValueID,
    _ name: String,
    _ order: CoreMLFeature.PixelOrder
  ) throws -> ValueID {
    let hasSequence = !isLegacy && content.int(6) == 0
    let node = CoreMLNode(builder: builder, name: name, sourceOp: "preprocessing")
    var x = try node.step(Unsqueeze(axes: hasSequence ? [0, 1] : [0]), picture)
    let steps = try content.messages(2)
    for step in steps where step.string(1) == name || step.string(1).isEmpty {
      if let scaler = try step.message(10) {
        x = try scaled(x, scaler, order, node)
      } else if let mean = try step.message(11)?.floats(1), !mean.isEmpty {
        x = try node.binary(.sub, x, try meanImage(mean, like: x, node))
      }
    }
    return x
  }

  /// y = channelScale · x + bias of the channel.
  private func scaled(
    _ x: ValueID,
    _ scaler: ProtobufMessage,
    _ order: CoreMLFeature.PixelOrder,
    _ node: CoreMLNode
  ) throws -> ValueID {
    let scale = scaler.optionalFloat(10) ?? 1
    let (blue, green, red) = (scaler.float(20), scaler.float(21), scaler.float(22))
    let bias: [Float] =
      switch order {
      case .gray, .grayFloat16: [scaler.float(30)]
      case .rgb: [red, green, blue]
      case .bgr: [blue, green, red]
      }
    var y = x
    if scale != 1 { y = try node.binary(.mul, y, try node.scalar(Double(scale), like: y)) }
    guard bias.contains(where: { $0 != 0 }) else { return y }
    return try node.binary(.add, y, node.constant(Tensor([bias.count, 1, 1], bias)))
  }

  private func meanImage(
    _ mean: [Float],
    like x: ValueID,
    _ node: CoreMLNode
  ) throws -> ValueID {
    let lengths = Array(builder.shape(x).dims.suffix(3))
    guard lengths.allSatisfy({ $0 > 0 }), Shape(lengths).elementCount == mean.count else {
      throw ImportError.invalid(
        place: "the mean image of \"\(SafeText.clean(name))\"",
        expected: "\(Shape(lengths)) values",
        found: "\(mean.count)"
      )
    }
    return node.constant(Tensor(Shape(lengths), mean))
  }
}
