import LaminaCore
import LaminaOperators
import LaminaWire

extension CoreMLImporter {
  /// What the file says about itself.
  func metadata(_ message: ProtobufMessage, _ root: Part) throws -> ModelMetadata {
    let description = root.description
    var metadata = ModelMetadata()
    metadata.format = "Core ML specification \(message.int(1)), \(root.kind)"
    let text = description.metadata
    func line(_ field: Int) -> String? {
      let line = text.string(field)
      return line.isEmpty ? nil : SafeText.clean(line, limit: 2000)
    }
    metadata.description = line(1)
    metadata.producer = line(3)
    let named = [("version", line(2)), ("license", line(4))]
    metadata.properties = named.compactMap { key, value in value.map { (key: key, value: $0) } }
    metadata.properties += try text.pairs(100).map { key, pair in
      (key: SafeText.clean(key, limit: 200), value: SafeText.clean(pair.string(2), limit: 2000))
    }
    metadata.properties += Self.marks(message, root)
    metadata.inputs = description.inputs.map(Self.port)
    let labels = try programLabels ?? Self.labels(root)
    metadata.outputs = description.outputs.map { feature in
      var port = Self.port(feature)
      if feature.name == description.probabilitiesName { port.labels = labels }
      return port
    }
    metadata.signatures = description.functionNames.map { SafeText.clean($0) }
    return metadata
  }

  /// The name of a class for the screen.
  static func label(_ text: String) -> String { SafeText.clean(text) }

  private static func marks(
    _ message: ProtobufMessage,
    _ root: Part
  ) -> [(key: String, value: String)] {
    var marks: [(key: String, value: String)] = []
    if message.bool(10) { marks.append((key: "updatable", value: "yes, on the device")) }
    if root.description.trainingInputCount > 0 {
      marks.append((key: "training inputs", value: "\(root.description.trainingInputCount)"))
    }
    return marks
  }

  /// A picture enters as bytes; what the model does to them is part of the graph.
  private static func port(_ feature: CoreMLFeature) -> ModelMetadata.Port {
    var text = feature.text.isEmpty ? feature.kindName : "\(feature.text) (\(feature.kindName))"
    if feature.isOptional { text += ", optional" }
    var port = ModelMetadata.Port(
      name: SafeText.clean(feature.name),
      description: SafeText.clean(text, limit: 1000)
    )
    if case .image = feature.kind { port.normalization = .init(mean: [0], scale: [1]) }
    return port
  }

  /// The names of the classes of a classifier, or of the last model of a pipeline.
  private static func labels(_ part: Part) throws -> [String]? {
    var content = part.content
    if part.kind == .pipelineClassifier {
      guard let last = try content.message(1)?.messages(1).last else { return nil }
      content = try CoreMLKind.of(last).content
    }
    if let strings = try content.message(100)?.strings(1), !strings.isEmpty {
      return strings.map(label)
    }
    guard let ints = try content.message(101)?.ints(1), !ints.isEmpty else { return nil }
    return ints.map(String.init)
  }
}
