import LaminaCore
import LaminaOperators
import LaminaWire

/// Turns a Core ML model into a source graph.
final class CoreMLImporter {
  /// How deep pipelines may lie in pipelines.
  private static let depthLimit = 8

  /// What is known of one model: the outermost, or one of a pipeline.
  struct Part {
    let kind: CoreMLKind
    let content: ProtobufMessage
    let description: CoreMLDescription
    let name: String
    let depth: Int
  }

  let file: ModelFile
  let builder: CoreMLBuilder
  /// The classes of a program that is a classifier.
  var programLabels: [String]?
  private let message: ProtobufMessage
  private let root: Part

  init(_ file: ModelFile) throws(ImportError) {
    self.file = file
    do {
      message = try ProtobufMessage(file.bytes)
      root = try Self.part(message, name: "main", depth: 0)
    } catch let error as ImportError {
      throw error
    } catch let error as WireError {
      throw .wire(error)
    } catch {
      throw .invalid(place: "the model", expected: "a Core ML model", found: "\(error)")
    }
    builder = CoreMLBuilder(name: "main")
  }

  private static func part(
    _ message: ProtobufMessage,
    name: String,
    depth: Int
  ) throws -> Part {
    let description = try CoreMLDescription(message.message(2) ?? ProtobufMessage())
    let (kind, content) = try CoreMLKind.of(message)
    return Part(kind: kind, content: content, description: description, name: name, depth: depth)
  }

  /// Returns the model's graph with all types inferred.
  ///
  /// - Throws: ``ImportError`` that names the layer and what is wrong with it.
  func sourceGraph() throws(ImportError) -> Graph {
    do {
      for feature in root.description.inputs {
        let id = builder.graph.addInput(SafeText.clean(feature.name), feature.type)
        builder.bind(feature.name, to: id)
      }
      try lower(root)
      for feature in root.description.outputs {
        let id = try builder.value(feature.name, for: "the outputs of the model")
        // What the last model of a pipeline writes has the type that the pipeline states.
        try CoreMLModelNode(self, root).finish(feature.name, id)
        builder.graph.outputs.append(
          try builder.value(feature.name, for: "the outputs of the model")
        )
      }
      builder.graph.metadata = try metadata(message, root)
      builder.graph.reindex()
      try builder.graph.verify()
      try builder.graph.inferTypes()
    } catch let error as ImportError {
      throw error
    } catch let error as GraphError {
      throw .graph(error)
    } catch let error as WireError {
      throw .wire(error)
    } catch let error as CoreMLUnsupported {
      throw .unsupported(place: "the model", found: error.reason)
    } catch {
      throw .invalid(place: "the model", expected: "a valid graph", found: "\(error)")
    }
    return builder.graph
  }

  /// Adds a model, which reads its inputs by their names and writes its outputs so.
  func lower(_ part: Part) throws {
    guard let lowering = Self.lowerings[part.kind] else { return try lowerUnknown(part) }
    do { try lowering(self, part) } catch let error as CoreMLUnsupported {
      try lowerUnknown(part, reason: error.reason)
    }
  }

  /// How each kind of model becomes nodes.
  private static let lowerings: [CoreMLKind: @Sendable (CoreMLImporter, Part) throws -> Void] = [
    .pipeline: { try $0.lowerPipeline($1, $1.content) },
    .pipelineClassifier: { try $0.lowerPipeline($1, $1.content.message(1)) },
    .pipelineRegressor: { try $0.lowerPipeline($1, $1.content.message(1)) },
    .neuralNetwork: { try $0.lowerNetwork($1) },
    .neuralNetworkClassifier: { try $0.lowerNetwork($1) },
    .neuralNetworkRegressor: { try $0.lowerNetwork($1) },
    .mlProgram: { try $0.lowerProgram($1) },
    .glmRegressor: { try CoreMLModelNode($0, $1).lowerLinearRegressor() },
    .glmClassifier: { try CoreMLModelNode($0, $1).lowerLinearClassifier() },
    .supportVectorRegressor: { try CoreMLModelNode($0, $1).lowerVectorRegressor() },
    .supportVectorClassifier: { try CoreMLModelNode($0, $1).lowerVectorClassifier() },
    .treeEnsembleRegressor: { try CoreMLModelNode($0, $1).lowerTreeRegressor() },
    .treeEnsembleClassifier: { try CoreMLModelNode($0, $1).lowerTreeClassifier() },
    .kNearestNeighborsClassifier: { try CoreMLModelNode($0, $1).lowerNeighbors() },
    .featureVectorizer: { try CoreMLModelNode($0, $1).lowerFeatureVectorizer() },
    .oneHotEncoder: { try CoreMLModelNode($0, $1).lowerOneHotEncoder() },
    .imputer: { try CoreMLModelNode($0, $1).lowerImputer() },
    .dictVectorizer: { try CoreMLModelNode($0, $1).lowerDictVectorizer() },
    .scaler: { try CoreMLModelNode($0, $1).lowerScaler() },
    .categoricalMapping: { try CoreMLModelNode($0, $1).lowerCategoricalMapping() },
    .normalizer: { try CoreMLModelNode($0, $1).lowerNormalizer() },
    .arrayFeatureExtractor: { try CoreMLModelNode($0, $1).lowerArrayFeatureExtractor() },
    .identity: { try CoreMLModelNode($0, $1).lowerIdentity() },
  ]

  /// A kind that cannot run: one node, from all inputs to all outputs.
  private func lowerUnknown(_ part: Part, reason: String? = nil) throws {
    let node = CoreMLModelNode(self, part)
    var inputs: [ValueID] = []
    for feature in part.description.inputs { inputs.append(try node.value(feature.name)) }
    let outputs = part.description.outputs
    let op = UnsupportedOperator(
      "\(part.kind)",
      outputCount: outputs.count,
      reason: reason
    )
    for (feature, id) in zip(outputs, try node.steps(op, inputs, count: outputs.count)) {
      builder.graph[id].type = feature.type
      try node.finish(feature.name, id)
    }
  }
}

// MARK: - Pipelines

extension CoreMLImporter {
  /// Models one after the other, each of which reads what those before it wrote.
  private func lowerPipeline(_ part: Part, _ pipeline: ProtobufMessage?) throws {
    let place = "pipeline \"\(SafeText.clean(part.name))\""
    guard let pipeline, part.depth < Self.depthLimit else {
      if pipeline != nil { throw ImportError.overLimit(place: place, limit: Self.depthLimit) }
      throw ImportError.invalid(place: place, expected: "models", found: "none")
    }
    let names = pipeline.strings(2)
    for (index, message) in try pipeline.messages(1).enumerated() {
      let name = index < names.count && !names[index].isEmpty ? names[index] : "model \(index)"
      let inner = try Self.part(message, name: name, depth: part.depth + 1)
      let outputs = try scoped(inner, place: "\(place), model \(index)")
      for (name, id) in outputs { builder.bind(name, to: id) }
    }
  }

  /// Adds a model with names of its own; returns what its outputs' names stand for.
  private func scoped(
    _ part: Part,
    place: String
  ) throws(ImportError) -> [(String, ValueID)] {
    var inputs: [String: ValueID] = [:]
    for feature in part.description.inputs {
      if let id = builder[feature.name] { inputs[feature.name] = id }
      if builder[feature.name] == nil, !feature.isOptional {
        inputs[feature.name] = try builder.value(feature.name, for: place)
      }
    }
    return try builder.withNames(inputs) { () throws(ImportError) in
      do { try lower(part) } catch let error as ImportError {
        throw error
      } catch let error as WireError {
        throw .wire(error)
      } catch {
        throw .invalid(place: place, expected: "a valid model", found: "\(error)")
      }
      var outputs: [(String, ValueID)] = []
      for feature in part.description.outputs {
        outputs.append((feature.name, try builder.value(feature.name, for: place)))
      }
      return outputs
    }
  }
}

// MARK: - Neural networks

extension CoreMLImporter {
  private func lowerNetwork(_ part: Part) throws {
    let network = CoreMLNetwork(part.content, name: part.name, builder: builder)
    for feature in part.description.inputs {
      guard let id = builder[feature.name] else { continue }
      try network.addInput(feature, id)
    }
    let last = try network.addLayers()
    let node = CoreMLModelNode(self, part)
    if part.kind == .neuralNetworkClassifier {
      let stated = part.content.string(200)
      let name = stated.isEmpty ? last ?? "" : stated
      return try node.finishClasses(
        scores: builder.value(name, for: "the scores of the classes"),
        network: network
      )
    }
    for feature in part.description.outputs {
      let id = try builder.value(feature.name, for: "the outputs of the network")
      try node.finish(feature.name, network.output(id, for: feature))
    }
  }
}
