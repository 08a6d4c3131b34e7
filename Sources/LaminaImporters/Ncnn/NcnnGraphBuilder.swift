import LaminaCore
import LaminaOperators
import LaminaWire

/// The graph under construction, and the weights that are still to be taken.
///
/// ncnn's blobs have no batch axis. Inside of the graph they have one, of length 1, in front: a blob
/// of c×h×w is a value of 1×c×h×w. Layers of type Input add the axis and nodes at the end take it
/// away, so that the graph's inputs and outputs are as ncnn has them.
struct NcnnGraphBuilder {
  /// What is known of the network's inputs from the layers that read them.
  let hints: NcnnInputHints
  private(set) var graph: NamedGraph
  private var weights: NcnnWeights?
  private let layers: [NcnnLayer]

  init(name: String, layers: [NcnnLayer], weights: ByteView?) {
    hints = NcnnInputHints(layers)
    graph = NamedGraph(name: name)
    self.layers = layers
    self.weights = weights.map { NcnnWeights($0) }
  }

  /// How many nodes there are so far.
  var nodeCount: Int { graph.graph.nodes.count }

  // MARK: Reading

  /// The value of the layer's input at a position.
  func input(_ layer: NcnnLayer, _ position: Int = 0) throws(ImportError) -> ValueID {
    guard position < layer.bottoms.count else {
      throw .invalid(
        place: layer.place,
        expected: "at least \(position + 1) inputs",
        found: "\(layer.bottoms.count)"
      )
    }
    return try graph.value(layer.bottoms[position], for: layer.place)
  }

  /// The shape of a value with its batch axis; `nil` when not even the rank is known.
  func shape(_ id: ValueID) -> Shape? {
    let shape = graph.graph[id].tensorType.shape
    return shape.isRanked ? shape : nil
  }

  /// The number of axes that the blob has; an unknown one is taken for an image.
  func rank(_ id: ValueID) -> Int { shape(id).map { max($0.rank - 1, 1) } ?? 3 }

  /// The length of an axis of the blob; `nil` where it is not known.
  func length(_ id: ValueID, _ axis: Int) -> Int? {
    guard let shape = shape(id), (0..<shape.rank - 1).contains(axis), shape[axis + 1] >= 0 else {
      return nil
    }
    return shape[axis + 1]
  }

  /// Whether a value holds 8-bit codes.
  func isQuantized(_ id: ValueID) -> Bool { graph.graph[id].tensorType.isQuantized }

  // MARK: Weights

  /// Takes the next array of the file, stored as float32.
  mutating func plain(
    _ layer: NcnnLayer,
    _ name: String,
    _ shape: Shape
  ) throws -> Tensor {
    guard weights != nil else { throw NcnnUnsupported(reason: Self.missing) }
    return try weights?.plain(shape, "\(name) of \(layer.place)") ?? Tensor(zeros: .float32, shape)
  }

  /// Takes the next array of the file, float32 or int8.
  mutating func tagged(
    _ layer: NcnnLayer,
    _ name: String,
    _ shape: Shape
  ) throws -> Tensor {
    guard weights != nil else { throw NcnnUnsupported(reason: Self.missing) }
    return try weights?.tagged(shape, "\(name) of \(layer.place)") ?? Tensor(zeros: .float32, shape)
  }

  private static let missing = "its weights are in a .bin file that is not there"

  // MARK: Writing

  /// Adds a constant that belongs to a layer.
  mutating func constant(_ layer: NcnnLayer, _ name: String, _ tensor: Tensor) -> ValueID {
    graph.addConstant("\(layer.name).\(name)", tensor)
  }

  /// Adds a constant of numbers.
  mutating func constant(_ layer: NcnnLayer, _ name: String, _ values: [Float]) -> ValueID {
    constant(layer, name, Tensor([values.count], values))
  }

  /// Adds the only or last node of a layer, which writes the layer's outputs.
  mutating func emit(
    _ layer: NcnnLayer,
    _ op: any Operator,
    _ inputs: [ValueID?],
    type: ValueType = .unknown,
    activation: Activation? = nil
  ) throws(ImportError) {
    try graph.addNode(
      layer.name,
      op,
      inputs: inputs,
      outputs: layer.tops.map { ($0, type) },
      activation: activation,
      sourceOp: layer.type
    )
  }

  /// Adds a node that writes one of the layer's outputs.
  mutating func emit(
    _ layer: NcnnLayer,
    _ op: any Operator,
    _ inputs: [ValueID?],
    top: Int
  ) throws(ImportError) {
    try graph.addNode(
      top == 0 ? layer.name : "\(layer.name)/\(top)",
      op,
      inputs: inputs,
      outputs: [(layer.tops[top], .unknown)],
      sourceOp: layer.type
    )
  }

  /// Adds a node on the way to the layer's last one.
  mutating func step(
    _ layer: NcnnLayer,
    _ name: String,
    _ op: any Operator,
    _ inputs: [ValueID?],
    type: ValueType = .unknown,
    activation: Activation? = nil
  ) throws(ImportError) -> ValueID {
    try steps(layer, [name], op, inputs, type: type, activation: activation)[0]
  }

  /// Adds a node on the way that writes several values.
  mutating func steps(
    _ layer: NcnnLayer,
    _ names: [String],
    _ op: any Operator,
    _ inputs: [ValueID?],
    type: ValueType = .unknown,
    activation: Activation? = nil
  ) throws(ImportError) -> [ValueID] {
    let ids = try graph.addNode(
      "\(layer.name)/\(names[0])",
      op,
      inputs: inputs,
      outputs: names.map { ("\(layer.name)/\($0)", type) },
      activation: activation,
      sourceOp: layer.type
    )
    return ids
  }

  /// Adds a node that can be shown but not run.
  mutating func addUnsupported(_ layer: NcnnLayer, reason: String?) throws(ImportError) {
    var inputs: [ValueID?] = []
    for position in layer.bottoms.indices { inputs.append(try input(layer, position)) }
    let attributes = layer.parameters.sorted { $0.key < $1.key }.map { id, value in
      Attribute(name: "\(id)", value: "\(value)")
    }
    let op = UnsupportedOperator(
      layer.type,
      attributes: attributes,
      outputCount: layer.tops.count,
      reason: reason
    )
    try emit(layer, op, inputs)
  }

  // MARK: Inputs and outputs

  /// Adds an input of the graph, as the file has it, and the batch axis.
  mutating func addInput(_ layer: NcnnLayer, _ type: TensorType) throws {
    guard let name = layer.tops.first else {
      throw NcnnUnsupported(reason: "an input without a blob")
    }
    let id = graph.addInput(name, .tensor(type))
    try emit(layer, Unsqueeze(axes: [0]), [id])
  }

  /// Adds nodes that take the batch axis from every blob that nothing reads.
  mutating func addOutputs() throws(ImportError) {
    let read = Set(layers.flatMap(\.bottoms))
    var names: [String] = []
    for layer in layers where layer.type != "Input" {
      names += layer.tops.filter { !read.contains($0) && !names.contains($0) }
      if names.count > Self.outputLimit {
        throw .overLimit(place: "number of outputs", limit: Self.outputLimit)
      }
    }
    for name in names {
      try graph.addNode(
        "output \(name)",
        Squeeze(axes: [0]),
        inputs: [try graph.value(name, for: "output")],
        outputs: [(name, .unknown)],
        sourceOp: "output"
      )
    }
    outputs = names
  }

  private static let outputLimit = 4096
  private var outputs: [String] = []

  /// Ends the graph.
  mutating func finish(_ model: NcnnModel) throws(ImportError) -> Graph {
    guard !outputs.isEmpty else {
      throw .invalid(place: "the layers", expected: "a blob that nothing reads", found: "none")
    }
    graph.metadata.format = model.isBinary ? "ncnn, binary parameters" : "ncnn"
    if let kinds = weights?.kinds, !kinds.isEmpty {
      graph.metadata.properties.append(("weights", kinds.sorted().joined(separator: ", ")))
    }
    return try graph.finish(outputs: outputs)
  }
}
