import LaminaCore
import LaminaWire

/// Builds one graph of a file, node by node in the file's order.
final class TFLiteGraphBuilder {
  /// The graph so far.
  var graph: Graph
  /// Where inner graphs come from.
  let library: TFLiteGraphLibrary

  private let source: TFLiteSubgraph
  private let number: Int
  private var model: TFLiteModel { library.model }
  /// What variables and tables hold.
  var resources = TFLiteResources()
  /// Whether a node of another graph runs this one.
  let isInner: Bool
  private let handles: [Int: String]
  /// The value of each tensor of the file.
  private var values: [ValueID] = []

  /// Starts a graph of the file.
  ///
  /// - Parameters:
  ///   - source: The graph in the file.
  ///   - number: Its number.
  ///   - handles: For inputs that refer to variables and tables, by position, their names; `nil` for
  ///     the graph that no node runs.
  ///   - library: Where inner graphs come from.
  init(
    _ source: TFLiteSubgraph,
    number: Int,
    handles: [Int: String]?,
    library: TFLiteGraphLibrary
  ) {
    isInner = handles != nil
    self.handles = handles ?? [:]
    self.source = source
    self.number = number
    self.library = library
    graph = Graph(name: source.name ?? "graph \(number)")
  }

  /// Returns the graph, neither verified nor with inferred types.
  func build() throws(ImportError) -> Graph {
    try addValues()
    for (index, node) in source.operators.enumerated() { try add(node, index) }
    graph.outputs = source.outputs.map { values[$0] }
    graph.reindex()
    return graph
  }
}

// MARK: - Values

extension TFLiteGraphBuilder {
  private func addValues() throws(ImportError) {
    guard Set(source.inputs).count == source.inputs.count else {
      throw .invalid(
        place: "inputs of graph \(number)",
        expected: "each tensor once",
        found: "\(source.inputs)"
      )
    }
    let inputs = Set(source.inputs)
    let written = Set(source.operators.flatMap(\.outputs))
    let biases = biasTensors()
    for (index, tensor) in source.tensors.enumerated() {
      let type = type(of: tensor, isInput: inputs.contains(index), isBias: biases.contains(index))
      let isFree = inputs.contains(index) || written.contains(index) || tensor.isVariable
      let constant = isFree ? nil : try constant(tensor, type, index)
      values.append(graph.addValue(name(of: tensor, index), type, constant: constant))
    }
    graph.inputs = source.inputs.map { values[$0] }
    for (position, name) in handles where graph.inputs.indices.contains(position) {
      resources.names[graph.inputs[position]] = name
    }
  }

  private func name(of tensor: TFLiteTensor, _ index: Int) -> String {
    tensor.name.isEmpty ? "tensor \(index)" : tensor.name
  }

  private func type(of tensor: TFLiteTensor, isInput: Bool, isBias: Bool) -> ValueType {
    guard let dtype = tensor.type.dtype else { return .unknown }
    var shape = Shape(tensor.shape)
    if !isInput, tensor.buffer == 0 || model.buffers[tensor.buffer].isEmpty {
      if let signature = tensor.shapeSignature, signature.contains(where: { $0 < 0 }) {
        shape = Shape(signature.map { max($0, Shape.unknown) })
      } else if tensor.shape.isEmpty, !tensor.hasRank {
        shape = .unranked
      }
    }
    return .tensor(
      TensorType(dtype, shape, quantization: quantization(of: tensor, dtype, isBias: isBias))
    )
  }

  /// Wide whole numbers are codes only where they are biases; elsewhere they count and index,
  /// though files may give them a scale.
  private func quantization(
    of tensor: TFLiteTensor,
    _ dtype: DataType,
    isBias: Bool
  ) -> Quantization? {
    guard let source = tensor.quantization, source.scales.contains(where: { $0 > 0 }),
      dtype.isInteger, dtype.bitWidth <= 16 || isBias
    else { return nil }
    return Quantization(
      scales: source.scales,
      zeroPoints: source.zeroPoints,
      axis: source.scales.count == 1 ? nil : source.axis
    )
  }

  /// The tensors that operators add to their sums.
  private func biasTensors() -> Set<Int> {
    var result: Set<Int> = []
    for node in source.operators {
      let positions = TFLiteImporter.biasPositions[model.operatorCodes[node.code].name] ?? 2..<2
      for position in positions where position < node.inputs.count {
        if let tensor = node.inputs[position] { result.insert(tensor) }
      }
    }
    return result
  }

  /// Returns the elements of a tensor that nothing computes; `nil` when the file has none.
  private func constant(
    _ tensor: TFLiteTensor,
    _ type: ValueType,
    _ index: Int
  ) throws(ImportError) -> Tensor? {
    let place = "tensor \(index) \(tensor.name) of graph \(number)"
    if tensor.isExternal {
      throw .unsupported(place: place, found: "contents in another file")
    }
    guard let type = type.tensor, !model.buffers.isEmpty else { return nil }
    let bytes = model.buffers[tensor.buffer]
    if bytes.isEmpty, type.shape.elementCount != 0 { return nil }
    return try TFLiteConstants.tensor(type, sparsity: tensor.sparsity, bytes: bytes, place: place)
  }
}

// MARK: - Nodes

extension TFLiteGraphBuilder {
  private func add(_ source: TFLiteOperator, _ index: Int) throws(ImportError) {
    let code = model.operatorCodes[source.code]
    let node = TFLiteNode(
      source,
      name: code.name,
      place: "operator \(index) \(code.name) of graph \(number)",
      inputs: source.inputs.map { $0.map { values[$0] } },
      outputs: source.outputs.map { values[$0] },
      builder: self
    )
    let op = try translate(node, code)
    graph.addNode(
      source.outputs.first.map { name(of: self.source.tensors[$0], $0) } ?? "\(code.name) \(index)",
      op,
      inputs: node.inputs,
      outputs: node.outputs,
      activation: node.activation,
      sourceOp: code.name
    )
  }

  private func translate(
    _ node: TFLiteNode,
    _ code: TFLiteOperatorCode
  ) throws(ImportError) -> any Operator {
    let outputCount = node.outputs.count
    guard let rule = TFLiteImporter.rule(for: code) else {
      return UnsupportedOperator(code.name, outputCount: outputCount)
    }
    do {
      return try rule.translate(node)
    } catch let error as TFLiteUnsupported {
      return UnsupportedOperator(code.name, outputCount: outputCount, reason: error.reason)
    } catch let error as ImportError {
      throw error
    } catch {
      throw .invalid(place: node.place, expected: "readable options", found: "\(error)")
    }
  }
}
