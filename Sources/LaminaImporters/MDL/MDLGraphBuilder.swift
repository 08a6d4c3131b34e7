import LaminaCore
import LaminaWire

/// The graph under construction, with the weights and the shapes that the file states.
struct MDLGraphBuilder {
  private var graph: NamedGraph
  private let model: MDLModel
  private let weights: MDLWeights?
  private var outputs: [String] = []

  init(_ model: MDLModel, name: String, weights: MDLWeights?) {
    graph = NamedGraph(name: name)
    self.model = model
    self.weights = weights
    let written = Set(model.layers.flatMap(\.outputs))
    let parameters = Set(model.layers.flatMap(\.weights))
    for name in model.layers.flatMap(\.inputs)
    where !written.contains(name) && !parameters.contains(name) && graph[name] == nil {
      graph.addInput(name, .tensor(TensorType(.float32, Self.shape(model.shapes[name]))))
    }
  }

  private static func shape(_ lengths: [Int]?) -> Shape { lengths.map { Shape($0) } ?? .unranked }

  // MARK: Reading

  /// The shape that the file states for a matrix.
  func shape(of matrix: String?) -> [Int]? { matrix.flatMap { model.shapes[$0] } }

  func input(_ layer: MDLModel.Layer, _ position: Int = 0) throws(ImportError) -> ValueID {
    guard position < layer.inputs.count else {
      throw .invalid(place: layer.place, expected: "an input", found: "none")
    }
    return try graph.value(layer.inputs[position], for: layer.place)
  }

  func inputs(_ layer: MDLModel.Layer) throws(ImportError) -> [ValueID?] {
    var result: [ValueID?] = []
    for position in layer.inputs.indices { result.append(try input(layer, position)) }
    return result
  }

  /// Returns the elements of one of a layer's matrices.
  func tensor(_ layer: MDLModel.Layer, _ position: Int, shape: [Int]? = nil) throws -> Tensor {
    guard position < layer.weights.count else {
      throw MDLUnsupported(reason: "no matrix \(position)")
    }
    let name = layer.weights[position]
    guard let lengths = shape ?? model.shapes[name],
      let tensor = try weights?.tensor(name, Shape(lengths))
    else { throw MDLUnsupported(reason: "its weights are in a .bin file that is not there") }
    return tensor
  }

  // MARK: Writing

  /// Adds one of a layer's matrices as a constant.
  mutating func weight(
    _ layer: MDLModel.Layer,
    _ position: Int,
    shape: [Int]? = nil
  ) throws -> ValueID {
    let tensor = try tensor(layer, position, shape: shape)
    return graph.addConstant(layer.weights[position], tensor)
  }

  /// Adds a constant that a layer's matrices lead to.
  mutating func constant(_ layer: MDLModel.Layer, _ name: String, _ tensor: Tensor) -> ValueID {
    graph.addConstant("\(layer.name).\(name)", tensor)
  }

  /// Adds the only or last node of a layer.
  mutating func emit(
    _ layer: MDLModel.Layer,
    _ op: any Operator,
    _ inputs: [ValueID?],
    output: String? = nil
  ) throws(ImportError) {
    try graph.addNode(
      layer.name,
      op,
      inputs: inputs,
      outputs: (output.map { [$0] } ?? layer.outputs).map { ($0, .unknown) },
      sourceOp: layer.type
    )
  }

  /// Adds a node on the way to the layer's last one.
  mutating func step(
    _ layer: MDLModel.Layer,
    _ name: String,
    _ op: any Operator,
    _ inputs: [ValueID?]
  ) throws(ImportError) -> ValueID {
    let ids = try graph.addNode(
      "\(layer.name)/\(name)",
      op,
      inputs: inputs,
      outputs: [("\(layer.name)/\(name)", .unknown)],
      sourceOp: layer.type
    )
    return ids[0]
  }

  /// Adds a node that can be shown but not run.
  mutating func addUnsupported(
    _ layer: MDLModel.Layer,
    reason: String?
  ) throws(ImportError) {
    let op = UnsupportedOperator(layer.type, outputCount: layer.outputs.count, reason: reason)
    try graph.addNode(
      layer.name,
      op,
      inputs: try inputs(layer),
      outputs: layer.outputs.map {
        ($0, .tensor(TensorType(.float32, Self.shape(model.shapes[$0]))))
      },
      sourceOp: layer.type
    )
  }

  /// Ends the graph.
  mutating func finish() throws(ImportError) -> Graph {
    graph.metadata.format = model.version.map { "Baidu MDL \($0)" } ?? "Baidu MDL"
    if let weights {
      let kind = weights.isQuantized ? "8-bit between two numbers" : "float32"
      graph.metadata.properties.append(("weights", kind))
      if let input = graph.graph.inputs.first,
        weights.hasSample(of: graph.graph[input].name)
      {
        graph.metadata.properties.append(("sample input", "in the file"))
      }
    }
    return try graph.finish()
  }
}
