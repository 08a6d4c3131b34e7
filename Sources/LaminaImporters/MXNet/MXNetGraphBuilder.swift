import LaminaCore
import LaminaOperators
import LaminaWire

/// Turns a model into a source graph.
final class MXNetGraphBuilder {
  var graph: NamedGraph
  let model: MXNetModel
  /// The values of each node's outputs.
  private var values: [[ValueID]]
  /// For each node how many of its outputs are read.
  private var readCounts: [Int]
  private let shapes: MXNetInputShapes

  /// Every rule table, one per family.
  static let tables: [[MXNetRule]] = [
    convolutions, poolings, linear, activations, unaryFunctions, binaryFunctions, scalarFunctions,
    normalizations, movements, reductions, images, outputs,
  ]

  static let rules: [String: MXNetRule] = Dictionary(
    tables.joined().map { ($0.name, $0) },
    uniquingKeysWith: { first, _ in first }
  )

  init(_ model: MXNetModel) {
    self.model = model
    graph = NamedGraph(name: "net")
    shapes = MXNetInputShapes(model: model)
    values = [[ValueID]](repeating: [], count: model.nodes.count)
    readCounts = [Int](repeating: 1, count: model.nodes.count)
    for reference in model.nodes.flatMap(\.inputs) + model.heads {
      readCounts[reference.node] = max(readCounts[reference.node], reference.output + 1)
    }
  }

  /// Returns the model's graph with all types inferred.
  ///
  /// - Throws: ``ImportError`` that names the node and what is wrong with it.
  func sourceGraph() throws(ImportError) -> Graph {
    guard readCounts.allSatisfy({ $0 <= Self.outputLimit }) else {
      throw .overLimit(place: "number of outputs of a node", limit: Self.outputLimit)
    }
    try addVariables()
    for (number, symbol) in model.nodes.enumerated() where !symbol.isVariable {
      try add(MXNetNode(symbol: symbol, builder: self, number: number))
    }
    var metadata = ModelMetadata()
    metadata.format = "MXNet" + (model.version.map { " \($0)" } ?? "")
    metadata.missingWeights = model.missingWeights
    if let name = model.parametersName {
      metadata.properties.append(("parameters", SafeText.clean(name)))
    }
    graph.metadata = metadata
    var outputs: [ValueID] = []
    for head in model.heads { outputs.append(try value(head, for: "the outputs")) }
    return try graph.finish(outputs: outputs)
  }

  private static let outputLimit = 4096

  private func add(_ node: MXNetNode) throws(ImportError) {
    do {
      guard let rule = Self.rules[node.symbol.op], !node.symbol.hasGraphs else {
        return try node.emitUnsupported(reason: nil)
      }
      do {
        try rule.lower(node)
      } catch let error as MXNetUnsupported {
        try node.emitUnsupported(reason: error.reason)
      }
    } catch let error as ImportError {
      throw error
    } catch {
      throw .invalid(place: node.place, expected: "a valid node", found: "\(error)")
    }
  }

  // MARK: Values

  /// The value that a reference stands for, or `nil` when nothing has made it.
  func existing(_ reference: MXNetSymbol.Reference) -> ValueID? {
    let outputs = values[reference.node]
    return reference.output < outputs.count ? outputs[reference.output] : nil
  }

  /// The value that a reference stands for; a variable that no rule has claimed as a weight is
  /// an input.
  func value(
    _ reference: MXNetSymbol.Reference,
    for place: String
  ) throws(ImportError) -> ValueID {
    if let id = existing(reference) { return id }
    let symbol = model.nodes[reference.node]
    guard symbol.isVariable, reference.output == 0 else {
      throw .invalid(
        place: place,
        expected: "an output that \"\(SafeText.clean(symbol.name))\" has",
        found: "output \(reference.output)"
      )
    }
    if model.missingWeights != nil, !shapes.isReadFirst(reference.node) {
      return addAbsentWeight(reference.node, .unranked)
    }
    return addInput(reference.node)
  }

  func constant(_ reference: MXNetSymbol.Reference) -> Tensor? {
    model.nodes[reference.node].isVariable ? model.tensors[model.nodes[reference.node].name] : nil
  }

  func define(_ number: Int, _ ids: [ValueID]) { values[number] = ids }

  func outputCount(of number: Int) -> Int { readCounts[number] }

  func addAbsentWeight(_ number: Int, _ shape: Shape) -> ValueID {
    let id = graph.addAbsentWeight(model.nodes[number].name, shape)
    values[number] = [id]
    return id
  }

  @discardableResult
  private func addInput(_ number: Int) -> ValueID {
    let type = shapes.type(of: number)
    let id = graph.addInput(model.nodes[number].name, .tensor(type))
    values[number] = [id]
    return id
  }

  /// Adds constants for variables with elements, and inputs for those that a person has to give.
  private func addVariables() throws(ImportError) {
    var isInput = [Bool](repeating: false, count: model.nodes.count)
    for symbol in model.nodes where !symbol.isVariable {
      let rule = Self.rules[symbol.op]
      for (position, reference) in symbol.inputs.enumerated()
      where rule?.weights.contains(position) != true && rule?.labels.contains(position) != true {
        isInput[reference.node] = true
      }
    }
    for head in model.heads { isInput[head.node] = true }
    for (number, symbol) in model.nodes.enumerated() where symbol.isVariable {
      if let tensor = model.tensors[symbol.name] {
        values[number] = [graph.addConstant(symbol.name, tensor)]
      } else if isInput[number] {
        addInput(number)
      }
    }
  }
}
