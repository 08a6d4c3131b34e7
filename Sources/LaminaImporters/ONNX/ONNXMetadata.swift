import LaminaCore
import LaminaWire

extension ONNXModel {
  /// What the file says about itself.
  var metadata: ModelMetadata {
    var metadata = ModelMetadata()
    metadata.format = "ONNX opset \(opsets[""].map(String.init) ?? "?")"
    let producer = [proto.producerName, proto.producerVersion].filter { !$0.isEmpty }
    metadata.producer =
      producer.isEmpty ? nil : SafeText.clean(producer.joined(separator: " "), limit: 200)
    metadata.description = Self.text(proto.docString) ?? Self.text(proto.graph.docString)
    metadata.properties =
      [(key: "IR version", value: "\(proto.irVersion)")]
      + opsets.filter { !$0.key.isEmpty }.sorted { $0.key < $1.key }
      .map { (key: "opset \(SafeText.clean($0.key))", value: "\($0.value)") }
      + proto.metadataProps.map {
        (key: SafeText.clean($0.key, limit: 200), value: SafeText.clean($0.value, limit: 1000))
      }
    let constants = Set(proto.graph.initializer.map(\.name))
    metadata.inputs = proto.graph.input.filter { !constants.contains($0.name) }.map(port)
    metadata.outputs = proto.graph.output.map(port)
    metadata.subgraphs = proto.functions.prefix(1000).map {
      (name: SafeText.clean($0.name), nodeCount: $0.node.count)
    }
    return metadata
  }

  private func port(_ info: ONNXValueInfoProto) -> ModelMetadata.Port {
    var port = ModelMetadata.Port(
      name: SafeText.clean(info.name),
      description: Self.text(info.docString)
    )
    if info.type.denotation == "IMAGE" || imageInputName == info.name {
      port.normalization = normalization
    }
    return port
  }

  private static func text(_ text: String) -> String? {
    text.isEmpty ? nil : SafeText.clean(text)
  }

  /// The input that takes an image, when the file describes how images are made but marks none.
  private var imageInputName: String? {
    let constants = Set(proto.graph.initializer.map(\.name))
    let inputs = proto.graph.input.filter { !constants.contains($0.name) }
    return inputs.count == 1 ? inputs.first?.name : nil
  }

  /// How a byte of an image becomes an element, by the standard key `Image.NominalPixelRange`.
  private var normalization: ModelMetadata.Port.Normalization? {
    switch proto.metadataProps.first(where: { $0.key == "Image.NominalPixelRange" })?.value {
    case "NominalRange_0_255": .init(mean: [0], scale: [1])
    case "Normalized_0_1": .init(mean: [0], scale: [1 / 255])
    case "Normalized_1_1": .init(mean: [127.5], scale: [1 / 127.5])
    default: nil
    }
  }
}
