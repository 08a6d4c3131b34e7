import LaminaCore
import LaminaOperators
import LaminaWire

/// A model as one node or a few: what reads the features of its inputs and writes its outputs.
final class CoreMLModelNode: CoreMLNode {
  let importer: CoreMLImporter
  let content: ProtobufMessage
  let description: CoreMLDescription
  let kind: CoreMLKind
  /// Whether the model is part of a pipeline, in which no number needs to be wider than float32.
  private let isInner: Bool

  init(_ importer: CoreMLImporter, _ part: CoreMLImporter.Part) {
    self.importer = importer
    content = part.content
    description = part.description
    kind = part.kind
    isInner = part.depth > 0
    super.init(builder: importer.builder, name: part.name, sourceOp: "\(part.kind)")
  }

  /// What a feature's name stands for.
  func value(_ name: String) throws -> ValueID { try builder.value(name, for: place) }

  /// The first input.
  func input() throws -> ValueID {
    guard let feature = description.inputs.first else {
      throw invalid("inputs", expected: "one", found: "none")
    }
    return try value(feature.name)
  }

  /// The features of one example: a row of numbers from an array, or from all single ones.
  func features() throws -> ValueID {
    guard description.inputs.count > 1 else {
      let x = try input()
      return (builder.rank(x) ?? 1) <= 2 ? x : try reshape(x, [1, -1])
    }
    let parts = try description.inputs.map { try value($0.name) }
    return try steps(FeatureVectorizer(lengths: []), parts, count: 1)[0]
  }

  /// Makes a value the output of a name, in the type and shape that the description states.
  func finish(_ name: String, _ id: ValueID) throws {
    guard let feature = description.outputs.first(where: { $0.name == name }) else { return }
    var result = id
    if let type = feature.type.tensor { result = try shaped(result, type) }
    let isWritten = builder.graph.producer(of: result) != nil
    if !isWritten || builder.graph.outputs.contains(result) {
      result = try step(Identity(), result)
    }
    builder.graph[result].name = SafeText.clean(name)
    builder.bind(name, to: result)
  }

  private func shaped(_ id: ValueID, _ type: TensorType) throws -> ValueID {
    let found = builder.type(id)
    var result = id
    let isFloat = found.dtype.isFloatingPoint && type.dtype.isFloatingPoint
    if found.dtype != type.dtype, !(isInner && isFloat), found.dtype.isReal || found.dtype == .bool,
      type.dtype.isReal
    {
      result = try step(Cast(to: type.dtype), result)
    }
    guard type.shape.isKnown, found.shape.isKnown, found.shape != type.shape,
      found.shape.elementCount == type.shape.elementCount
    else { return result }
    return try reshape(result, type.shape.dims)
  }

  // MARK: Classes

  /// The names of classes; those of `ClassLabels` in fields 100 and 101 of all classifiers.
  func classLabels() throws -> ClassLabels {
    if let ints = try content.message(101) { return .ints(try ints.ints(1)) }
    return .strings(try content.message(100)?.strings(1).map { SafeText.clean($0) } ?? [])
  }

  /// Writes the outputs of a classifier: a score for each class, and the class with the highest.
  ///
  /// A dictionary of scores is a list here, in the order of the classes. The class is found
  /// from the scores unless the operator gives it.
  func finishClasses(
    scores: ValueID,
    label: ValueID? = nil,
    network: CoreMLNetwork? = nil
  ) throws {
    let labels = try classLabels()
    let flat = try reshape(scores, [-1])
    if !description.probabilitiesName.isEmpty {
      try finish(description.probabilitiesName, flat)
    }
    if let label {
      try finish(description.predictedName, label)
    } else if labels.count > 0 {
      let best = try step(ArgReduce(.max, axis: 0, keepsDimensions: true), flat)
      try finish(description.predictedName, step(Gather(axis: 0), constant(tensor(labels)), best))
    }
    let known = [description.probabilitiesName, description.predictedName]
    for feature in description.outputs where !known.contains(feature.name) {
      guard let network else { continue }
      try finish(feature.name, network.output(value(feature.name), for: feature))
    }
  }

  private func tensor(_ labels: ClassLabels) -> Tensor {
    switch labels {
    case .ints(let ints): Tensor([ints.count], ints.map(Int64.init))
    case .strings(let strings): Tensor([strings.count], strings: strings)
    }
  }
}
