import LaminaCore
import LaminaOperators
import LaminaWire

/// Turns a model into a source graph.
final class Caffe2GraphBuilder {
  var graph: NamedGraph
  private let model: Caffe2Model
  /// The first operator that reads a name first of all.
  private let firstReaders: [String: Caffe2Operator]

  /// Every rule table, one per family.
  static let tables: [[Caffe2Rule]] = [
    convolutions, poolings, linear, activations, arithmetic, normalizations, movements, reductions,
    images,
  ]

  static let rules: [String: Caffe2Rule] = Dictionary(
    tables.joined().map { ($0.name, $0) },
    uniquingKeysWith: { first, _ in first }
  )

  init(_ model: Caffe2Model) {
    self.model = model
    graph = NamedGraph(name: model.net.name.isEmpty ? "net" : model.net.name)
    firstReaders = Dictionary(
      model.net.operators.compactMap { operation in operation.inputs.first.map { ($0, operation) }
      },
      uniquingKeysWith: { first, _ in first }
    )
  }

  /// Returns the model's graph with all types inferred.
  ///
  /// - Throws: ``ImportError`` that names the operator and what is wrong with it.
  func sourceGraph() throws(ImportError) -> Graph {
    try addConstants()
    addInputs()
    for operation in model.net.operators { try add(operation) }
    var metadata = ModelMetadata()
    metadata.format = "Caffe2"
    metadata.missingWeights = model.missingWeights
    if let name = model.weightsName {
      metadata.properties.append(("weights", SafeText.clean(name)))
    }
    graph.metadata = metadata
    return try graph.finish(outputs: model.net.outputs.isEmpty ? nil : model.net.outputs)
  }

  // MARK: Constants and inputs

  /// The name of the input that a net of weights fills with a number only so that it is there.
  private var placeholder: String? { model.net.inputs.first ?? firstRead }

  private var firstRead: String? { model.net.operators.first?.inputs.first }

  private func addConstants() throws(ImportError) {
    let readNames = Set(model.net.operators.flatMap(\.inputs) + model.net.outputs)
    for operation in model.weights?.operators ?? [] {
      let node = Caffe2Node(operation: operation, builder: self)
      guard let output = operation.outputs.first, readNames.contains(output) else { continue }
      if operation.type == "ConstantFill", output == placeholder { continue }
      if let tensor = try Caffe2Fills.tensor(node) {
        graph.addConstant(output, tensor)
      } else {
        graph.addAbsentWeight(output, .unranked)
      }
    }
  }

  /// Adds as inputs what nothing fills or writes; as weights without elements what is read as such.
  private func addInputs() {
    let written = Set(model.net.operators.flatMap(\.outputs))
    var weights: Set<String> = []
    for operation in model.net.operators {
      let rule = Self.rules[operation.type]
      for (position, name) in operation.inputs.enumerated()
      where rule?.weights.contains(position) == true {
        weights.insert(name)
      }
    }
    let read = model.net.operators.flatMap(\.inputs).filter { !written.contains($0) }
    for name in model.net.inputs + read where graph[name] == nil {
      if weights.contains(name), model.missingWeights != nil {
        graph.addAbsentWeight(name, .unranked)
      } else {
        graph.addInput(name, .tensor(TensorType(.float32, inputShape(name))))
      }
    }
  }

  /// The axes of an input that a convolution or a product of matrices reads, with the channels.
  private func inputShape(_ name: String) -> Shape {
    guard let operation = firstReaders[name] else { return .unranked }
    let node = Caffe2Node(operation: operation, builder: self)
    guard let weights = node.constantInput(1)?.shape else { return .unranked }
    if operation.type == "FC", weights.rank == 2 { return [Shape.unknown, weights[1]] }
    guard operation.type == "Conv", (3...5).contains(weights.rank),
      let layout = try? node.layout(), let groups = try? node.int("group", default: 1),
      (1...1 << 24).contains(groups), weights.dims.allSatisfy({ $0 < 1 << 32 })
    else { return .unranked }
    let unknown = [Int](repeating: Shape.unknown, count: weights.rank - 2)
    let channels = weights[layout == .channelsFirst ? 1 : weights.rank - 1] * groups
    return layout.shape(batch: Shape.unknown, channels: channels, spatial: unknown)
  }

  // MARK: Operators

  private func add(_ operation: Caffe2Operator) throws(ImportError) {
    let node = Caffe2Node(operation: operation, builder: self)
    do {
      if let tensor = try Caffe2Fills.tensor(node), let output = operation.outputs.first {
        graph.addConstant(output, tensor)
        return
      }
      guard let rule = Self.rules[operation.type] else {
        return try node.emitUnsupported(reason: nil)
      }
      do {
        try rule.lower(node)
      } catch let error as Caffe2Unsupported {
        try node.emitUnsupported(reason: error.reason)
      }
    } catch let error as ImportError {
      throw error
    } catch {
      throw .invalid(place: node.place, expected: "a valid operator", found: "\(error)")
    }
  }
}
